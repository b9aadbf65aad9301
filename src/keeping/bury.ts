/** What rows say of photos whose bytes go: when one is erased, and when a backup comes back that was made meanwhile. */
import { erasedFilename } from '../photos/save-photos.js'
import { uploadsRoot } from '../photos/store.js'

/** Of a transaction, by whatever client. */
export type Query = <Row>(sql: string, ...values: unknown[]) => Promise<Row[]>

/**
 * They are shown to nobody, labelled by nobody and learned from no more, and nothing tells what their owners called them. Moments are
 * those of the database's clock. Done again it changes nothing.
 */
export async function bury(query: Query, photoIds: readonly number[]): Promise<void> {
  // Of a version that has it already, its label stays.
  await query(
    `UPDATE "Image" SET filename = $2, reviewed = reviewed OR NOT "addedToDataset", staged = staged AND "addedToDataset",
       "assignedLabel" = CASE WHEN "addedToDataset" THEN "assignedLabel" END, "suggestedLabel" = NULL, "claimedUntil" = NULL
     WHERE "photoId" = ANY($1::int[])`,
    photoIds,
    erasedFilename,
  )
  const files = await query<{ photoId: number; was: string; is: string }>(
    `SELECT "photoId", path AS was, ${nameless} AS is FROM "ImportedFile" WHERE "photoId" = ANY($1::int[])`,
    photoIds,
    erasedFilename,
  )
  for (const { photoId, was, is } of files)
    await query(
      `UPDATE "ImportReport" SET findings = replace(findings::text, to_json($2::text)::text, to_json($3::text)::text)::jsonb
       WHERE "versionId" IN (SELECT "versionId" FROM "VersionEntry" WHERE "photoId" = $1::int)`,
      photoId,
      was,
      is,
    )
  await query(`DELETE FROM "ImportedFile" WHERE "photoId" = ANY($1::int[])`, photoIds)
  // What an upload is kept as says nothing. Files of datasets have names that their owner gave them.
  await query(
    `UPDATE "Photo" SET "erasedAt" = coalesce("erasedAt", clock_timestamp()), filename = $2,
       path = CASE WHEN root = $3 THEN path ELSE ${nameless} END WHERE id = ANY($1::int[])`,
    photoIds,
    erasedFilename,
    uploadsRoot,
  )
}

/** The path without the file's own name. */
const nameless = `regexp_replace(path, '[^/]*$', $2)`
