import type { Db, Split } from '../db.js'
import { nearCopyRadius } from '../photos/perceptual-hash.js'

export interface StagedPhoto {
  readonly imageId: string
  readonly photoId: number
  readonly contentHash: string
  readonly perceptualHash: string
  readonly classLabel: string
  /** The parent has these very bytes, in this split. */
  readonly parentSplit: Split | null
  /** And so far with this label. */
  readonly parentLabel: string | null
  /** The parent has a near copy, in this split: the nearest one's. */
  readonly nearSplit: Split | null
}

/**
 * Every staged photo, locked until the transaction ends: who labels, unlabels or rejects one of them meanwhile waits, and
 * then finds it in the version. Never one that was erased. In the order of content hashes.
 */
export async function takeStaged(tx: Db, parentId: number | null): Promise<StagedPhoto[]> {
  const locked = await tx.$queryRaw<{ id: string }[]>`SELECT id FROM "Image" WHERE staged ORDER BY id FOR UPDATE`
  const ids = locked.map(({ id }) => id)
  // `near_bands` and `near_probes` are in the migration: the index gives some thousand candidates of a million photos.
  // OFFSET 0 keeps the planner from turning things round: it expects far more near copies than there are.
  return tx.$queryRaw<StagedPhoto[]>`
    SELECT i.id AS "imageId", p.id AS "photoId", p."contentHash", p."perceptualHash", i."assignedLabel" AS "classLabel",
      own.split::text AS "parentSplit", own."classLabel" AS "parentLabel", near.split::text AS "nearSplit"
    FROM "Image" i
    JOIN "Photo" p ON p.id = i."photoId"
    LEFT JOIN "VersionEntry" own ON own."versionId" = ${parentId} AND own."photoId" = p.id
    LEFT JOIN LATERAL (
      SELECT e.split
      FROM (
        SELECT other.id, other."contentHash", near_distance(other."perceptualHash", p."perceptualHash") AS distance
        FROM near_probes(p."perceptualHash") AS probe (keys)
        JOIN "Photo" other ON near_bands(other."perceptualHash") && probe.keys
        WHERE own.split IS NULL
        OFFSET 0
      ) candidate
      JOIN LATERAL (
        SELECT split FROM "VersionEntry" WHERE "versionId" = ${parentId} AND "photoId" = candidate.id OFFSET 0
      ) e ON true
      WHERE candidate.distance <= ${nearCopyRadius}
      ORDER BY candidate.distance, candidate."contentHash" LIMIT 1
    ) near ON true
    WHERE i.id = ANY(${ids}::uuid[]) AND p."erasedAt" IS NULL ORDER BY p."contentHash"`
}
