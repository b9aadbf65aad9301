/** The entries of a version whose photo its parent has not. */
import { type Db, Prisma, type Split } from '../db.js'
import { type EntryPage, pageOf } from './entry-page.js'

/** A version that has a parent. */
export interface Child {
  readonly id: number
  readonly parentId: number
}

export interface EntryFilter {
  readonly split?: Split | null | undefined
  readonly classLabel?: string | null | undefined
  /** Whether it came from review; left out: either. */
  readonly reviewed?: boolean | null | undefined
}

/**
 * As `added`. A version takes in reviewed photos alone, so those few are looked up one by one; where one of them was labelled anew,
 * the parent has it. Both ids come from a row, and subqueries stay as they stand (OFFSET 0): of a version made just now the planner
 * has no statistics, and would take a million rows for one and read them all.
 */
const addedTo = ({ id, parentId }: Child, { split, classLabel, reviewed }: EntryFilter) => Prisma.sql`
  came AS MATERIALIZED (SELECT "versionId", ${parentId}::int AS "parentId", "photoId" FROM "Image" WHERE "versionId" = ${id}),
  added AS MATERIALIZED (SELECT e.id FROM came c CROSS JOIN LATERAL (
      SELECT * FROM "VersionEntry" e WHERE e."versionId" = c."versionId" AND e."photoId" = c."photoId" OFFSET 0) e
    WHERE NOT EXISTS (
        SELECT FROM "VersionEntry" o WHERE o."versionId" = c."parentId" AND o."photoId" = c."photoId" OFFSET 0)
      ${split ? Prisma.sql`AND e.split = ${split}::"Split"` : Prisma.empty}
      ${classLabel == null ? Prisma.empty : Prisma.sql`AND e."classLabel" = ${classLabel}`}
      ${reviewed == null ? Prisma.empty : Prisma.sql`AND (e."sourceImageId" IS NOT NULL) = ${reviewed}`})`

/** @returns ids of `VersionEntry`, a page of them */
export async function addedEntries(db: Db, version: Child, filter: EntryFilter, page: EntryPage): Promise<bigint[]> {
  const rows = await db.$queryRaw<{ id: bigint }[]>`
    WITH ${addedTo(version, filter)} SELECT e.id FROM added e WHERE true ${pageOf(page)}`
  return rows.map(({ id }) => id)
}

export async function countAdded(db: Db, version: Child, filter: EntryFilter): Promise<number> {
  const [found] = await db.$queryRaw<{ count: number }[]>`
    WITH ${addedTo(version, filter)} SELECT count(*)::int AS count FROM added`
  return found?.count ?? 0
}
