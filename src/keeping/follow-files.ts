/** The last step of a restore: rows say what there is now. */
import type pg from 'pg'
import { erasedFilename } from '../photos/save-photos.js'
import { uploadsRoot } from '../photos/store.js'
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
  await client.query(`UPDATE "Photo" SET "erasedAt" = now(), filename = $2 WHERE "contentHash" = ANY($1)`, [
    gone.photos,
    erasedFilename,
  ])
  await forgetNames(client, gone.photos)
  const ofGone = `FROM "Photo" p WHERE p.id = "photoId" AND p."contentHash" = ANY($1)`
  await client.query(`UPDATE "Image" SET filename = $2 ${ofGone}`, [gone.photos, erasedFilename])
  await client.query(
    `UPDATE "Image" SET reviewed = true, staged = false, "assignedLabel" = NULL ${ofGone} AND NOT "addedToDataset"`,
    [gone.photos],
  )
  await client.query(`DELETE FROM "TrainingRun" WHERE name = ANY($1)`, [gone.runs])
}

/** What its owner called an imported photo goes with it, as when it is erased (erase.ts). */
async function forgetNames(client: pg.ClientBase, contentHashes: readonly string[]): Promise<void> {
  const nameless = (column: string) => `regexp_replace(${column}, '[^/]*$', '${erasedFilename}')`
  const { rows: files } = await client.query<{ photo: number; was: string; is: string }>(
    `SELECT p.id AS photo, f.path AS was, ${nameless('f.path')} AS is
     FROM "ImportedFile" f JOIN "Photo" p ON p.id = f."photoId" WHERE p."contentHash" = ANY($1)`,
    [contentHashes],
  )
  for (const { photo, was, is } of files)
    await client.query(
      `UPDATE "ImportReport" SET findings = replace(findings::text, to_json($2::text)::text, to_json($3::text)::text)::jsonb
       WHERE "versionId" IN (SELECT "versionId" FROM "VersionEntry" WHERE "photoId" = $1)`,
      [photo, was, is],
    )
  await client.query(
    `DELETE FROM "ImportedFile" USING "Photo" p WHERE p.id = "photoId" AND p."contentHash" = ANY($1)`,
    [contentHashes],
  )
  await client.query(`UPDATE "Photo" SET path = ${nameless('path')} WHERE "contentHash" = ANY($1) AND root <> $2`, [
    contentHashes,
    uploadsRoot,
  ])
}
