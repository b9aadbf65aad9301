/** The last step of a restore: rows say what there is now. */
import type pg from 'pg'
import { uploadsRoot } from '../photos/store.js'
import { bury, type Query } from './bury.js'
import { type Contents, photoPrefix } from './contents.js'

/** Imported photos lie below uploads, and what went while the backup was made is gone. */
export async function followFiles(client: pg.ClientBase, { files, gone }: Contents): Promise<void> {
  const places = Object.keys(files)
    .filter((name) => name.startsWith(photoPrefix))
    .map((name) => name.slice(photoPrefix.length))
  // Those that came in lie where they lay already.
  await client.query(
    `UPDATE "Photo" SET root = $1, path = place FROM unnest($2::text[]) AS place
     WHERE "contentHash" = split_part(place, '/', 2) AND root <> $1`,
    [uploadsRoot, places],
  )
  const { rows: erased } = await client.query<{ id: number }>(`SELECT id FROM "Photo" WHERE "contentHash" = ANY($1)`, [
    gone.photos,
  ])
  const query: Query = async (sql, ...values) => (await client.query(sql, values)).rows
  await bury(
    query,
    erased.map(({ id }) => id),
  )
  await client.query(`DELETE FROM "TrainingRun" WHERE name = ANY($1)`, [gone.runs])
}
