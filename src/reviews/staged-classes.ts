import type { Db } from '../db.js'

export interface StagedClass {
  readonly classLabel: string
  readonly count: number
  /** Of those: the active version has it, under another label. */
  readonly relabelled: number
  /** Of those: the active version has it, under this very label. */
  readonly confirmed: number
}

/** What the next version would take in. @returns photos of each label, most first */
export const stagedClasses = (db: Db): Promise<StagedClass[]> =>
  db.$queryRaw<StagedClass[]>`
    SELECT i."assignedLabel" AS "classLabel", count(*)::int AS count,
      count(*) FILTER (WHERE e."classLabel" <> i."assignedLabel")::int AS relabelled,
      count(*) FILTER (WHERE e."classLabel" = i."assignedLabel")::int AS confirmed
    FROM "Image" i
    LEFT JOIN "VersionEntry" e ON e."photoId" = i."photoId"
      AND e."versionId" = (SELECT id FROM "DatasetVersion" WHERE "isActive")
    WHERE i.staged GROUP BY 1 ORDER BY count DESC, i."assignedLabel" COLLATE "C"`
