import type { Db, Split } from '../db.js'

export interface TrainingRow {
  readonly photoId: number
  readonly contentHash: string
  /** Of the file. */
  readonly storedHash: string
  /** As `Photo.root`: `photoFile` in photos/store.ts knows the file. */
  readonly root: string
  readonly path: string
  readonly split: Split
  readonly classLabel: string
}

/** Everything that a training run reads of a version, without what was erased since, in the order of content hashes: the same for the same photos. */
export const trainingRows = (db: Db, versionId: number): Promise<TrainingRow[]> =>
  db.$queryRaw<TrainingRow[]>`
    SELECT p.id AS "photoId", p."contentHash", p."storedHash", p.root, p.path, e.split::text AS split, e."classLabel"
    FROM "VersionEntry" e JOIN "Photo" p ON p.id = e."photoId"
    WHERE e."versionId" = ${versionId} AND p."erasedAt" IS NULL ORDER BY p."contentHash"`

/** Photos of a version that were erased since it was made. */
export const countErased = (db: Db, versionId: number): Promise<number> =>
  db.versionEntry.count({ where: { versionId, photo: { erasedAt: { not: null } } } })
