/** What one version has that another has not. Any two can be compared, whether or not one came from the other. */
import { type Db, type DatasetVersion, Prisma } from '../db.js'
import { notFound } from '../errors.js'
import { type EntryPage, pageOf } from './entry-page.js'

export interface ClassDifference {
  readonly classLabel: string
  readonly from: number
  readonly to: number
}

export interface VersionDiff {
  readonly from: DatasetVersion
  readonly to: DatasetVersion
  /** Every class of either, alphabetical. */
  readonly classCounts: ClassDifference[]
  /** The versions by which the later one came from the earlier one; undefined: neither came from the other. */
  readonly steps: number[] | undefined
}

export interface DiffCounts {
  /** Photos of `to` that `from` has not. */
  readonly added: number
  /** Photos of `from` that `to` has not. */
  readonly removed: number
  /** Photos of both, with another label in `to`. */
  readonly relabelled: number
}

/** @throws WasteXError NOT_FOUND */
export async function versionDiff(db: Db, fromName: string, toName: string): Promise<VersionDiff> {
  const [from, to] = await Promise.all([versionOf(db, fromName), versionOf(db, toName)])
  const counts = { from: countsOf(from), to: countsOf(to) }
  const labels = [...new Set([...counts.from.keys(), ...counts.to.keys()])].sort()
  const classCounts = labels.map((classLabel) => ({
    classLabel,
    from: counts.from.get(classLabel) ?? 0,
    to: counts.to.get(classLabel) ?? 0,
  }))
  return { from, to, classCounts, steps: await stepsBetween(db, from, to) }
}

async function versionOf(db: Db, name: string): Promise<DatasetVersion> {
  const version = await db.datasetVersion.findUnique({ where: { name } })
  if (!version) throw notFound('dataset version', name)
  return version
}

/** As `completeVersion` wrote them. */
const countsOf = ({ classCounts }: DatasetVersion) =>
  new Map((classCounts as { classLabel: string; count: number }[]).map(({ classLabel, count }) => [classLabel, count]))

/**
 * Along a line of versions only reviewed photos change, and each of them in one version, and those are left out that were erased:
 * the few that differ are found without a look at the millions that do not.
 * @returns the versions by which the later one came from the earlier one; undefined: neither came from the other
 */
async function stepsBetween(db: Db, from: DatasetVersion, to: DatasetVersion): Promise<number[] | undefined> {
  const [earlier, later] = from.id < to.id ? [from.id, to.id] : [to.id, from.id]
  const line = await db.$queryRaw<{ id: number }[]>`
    WITH RECURSIVE line AS (
      SELECT id, "parentId" FROM "DatasetVersion" WHERE id = ${later}
      UNION ALL
      SELECT p.id, p."parentId" FROM line JOIN "DatasetVersion" p ON p.id = line."parentId" WHERE line.id <> ${earlier}
    ) SELECT id FROM line`
  const ids = line.map(({ id }) => id)
  return ids.includes(earlier) ? ids.filter((id) => id !== earlier) : undefined
}

/**
 * Keeps a subquery as it stands: looked up for each of the few candidates. Of a version made just now the planner has no
 * statistics, takes it for empty, and would read its million rows instead of joining by the key.
 */
const lookedUp = (steps: readonly number[] | undefined) => (steps ? Prisma.sql`OFFSET 0` : Prisma.empty)

/** A version and an erasure that is under way at the same time may each be told a little before it happened. */
const erasedAbout = '1 day'

/**
 * Photos that may differ between two versions of one line, as `changed`: those that came in by review on the way, and those that were
 * erased then and left out.
 */
const changed = ({ from, to }: VersionDiff, steps: readonly number[]) => {
  const [earlier, later] = from.id < to.id ? [from, to] : [to, from]
  return Prisma.sql`changed AS MATERIALIZED (
    SELECT "photoId" FROM "Image" WHERE "versionId" = ANY(${steps}::int[])
    UNION SELECT id FROM "Photo" WHERE "erasedAt" BETWEEN ${earlier.createdAt}::timestamptz - ${erasedAbout}::interval
      AND ${later.createdAt}::timestamptz + ${erasedAbout}::interval)`
}

/** Entries of one of the two that may differ, as `candidate`. */
const candidates = (difference: VersionDiff, versionId: number) =>
  difference.steps === undefined
    ? Prisma.sql`candidate AS NOT MATERIALIZED (SELECT * FROM "VersionEntry" WHERE "versionId" = ${versionId})`
    : Prisma.sql`${changed(difference, difference.steps)},
      candidate AS MATERIALIZED (SELECT e.* FROM changed c CROSS JOIN LATERAL (
        SELECT * FROM "VersionEntry" e WHERE e."versionId" = ${versionId} AND e."photoId" = c."photoId" OFFSET 0) e)`

/** One statement: what is erased meanwhile is counted everywhere or nowhere. */
export async function diffCounts(db: Db, difference: VersionDiff): Promise<DiffCounts> {
  const { from, to, steps } = difference
  const entryOf = ({ id }: DatasetVersion) => Prisma.sql`LEFT JOIN LATERAL (
    SELECT * FROM "VersionEntry" e WHERE e."versionId" = ${id} AND e."photoId" = c."photoId" OFFSET 0)`
  const pairs = steps
    ? Prisma.sql`changed c ${entryOf(from)} a ON true ${entryOf(to)} b ON true`
    : Prisma.sql`(SELECT * FROM "VersionEntry" WHERE "versionId" = ${from.id}) a
        FULL JOIN (SELECT * FROM "VersionEntry" WHERE "versionId" = ${to.id}) b USING ("photoId")`
  const [counts] = await db.$queryRaw<[DiffCounts]>`
    ${steps ? Prisma.sql`WITH ${changed(difference, steps)}` : Prisma.empty}
    SELECT count(*) FILTER (WHERE a.id IS NULL AND b.id IS NOT NULL)::int AS added,
      count(*) FILTER (WHERE b.id IS NULL AND a.id IS NOT NULL)::int AS removed,
      count(*) FILTER (WHERE a."classLabel" <> b."classLabel")::int AS relabelled
    FROM ${pairs}`
  return counts
}

/**
 * A page of what differs, by entry id; the database stops looking when the page is full.
 * @returns ids of `VersionEntry`: those of `to`, and for `removed` those of `from`
 */
export async function diffEntries(
  db: Db,
  difference: VersionDiff,
  kind: keyof DiffCounts,
  page: EntryPage,
): Promise<bigint[]> {
  const { from, to, steps } = difference
  const [own, other] = kind === 'removed' ? [from.id, to.id] : [to.id, from.id]
  const twin = Prisma.sql`SELECT FROM "VersionEntry" o WHERE o."versionId" = ${other} AND o."photoId" = e."photoId"`
  const differs =
    kind === 'relabelled'
      ? Prisma.sql`EXISTS (${twin} AND o."classLabel" <> e."classLabel" ${lookedUp(steps)})`
      : Prisma.sql`NOT EXISTS (${twin} ${lookedUp(steps)})`
  const rows = await db.$queryRaw<{ id: bigint }[]>`
    WITH ${candidates(difference, own)}
    SELECT e.id FROM candidate e
    WHERE ${differs} ${pageOf(page)}`
  return rows.map(({ id }) => id)
}
