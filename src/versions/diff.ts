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

/** Entries that may differ, as `candidate`: of a line of versions those of photos that came in by review on the way, or were erased. */
const candidates = (versionId: number, steps: readonly number[] | undefined) =>
  steps === undefined
    ? Prisma.sql`candidate AS NOT MATERIALIZED (SELECT * FROM "VersionEntry" WHERE "versionId" = ${versionId})`
    : Prisma.sql`changed AS MATERIALIZED (SELECT "photoId" FROM "Image" WHERE "versionId" = ANY(${steps}::int[])
        UNION SELECT id FROM "Photo" WHERE "erasedAt" IS NOT NULL),
      candidate AS MATERIALIZED (SELECT e.* FROM changed c CROSS JOIN LATERAL (
        SELECT * FROM "VersionEntry" e WHERE e."versionId" = ${versionId} AND e."photoId" = c."photoId" ${lookedUp(steps)}) e)`

export async function diffCounts(db: Db, { from, to, steps }: VersionDiff): Promise<DiffCounts> {
  const [shared] = await db.$queryRaw<{ photos: number; relabelled: number }[]>`
    WITH ${candidates(to.id, steps)}
    SELECT count(*)::int AS photos, count(*) FILTER (WHERE a."classLabel" <> b."classLabel")::int AS relabelled
    FROM candidate b CROSS JOIN LATERAL (
      SELECT * FROM "VersionEntry" o WHERE o."versionId" = ${from.id} AND o."photoId" = b."photoId" ${lookedUp(steps)}) a`
  const { photos, relabelled } = shared ?? { photos: 0, relabelled: 0 }
  const [ofFrom, ofTo] = await Promise.all([countCandidates(db, from, steps), countCandidates(db, to, steps)])
  return { added: ofTo - photos, removed: ofFrom - photos, relabelled }
}

async function countCandidates(
  db: Db,
  { id, totalImages }: DatasetVersion,
  steps: VersionDiff['steps'],
): Promise<number> {
  if (steps === undefined) return totalImages
  const [found] = await db.$queryRaw<{ photos: number }[]>`
    WITH ${candidates(id, steps)} SELECT count(*)::int AS photos FROM candidate`
  return found?.photos ?? 0
}

/**
 * A page of what differs, by entry id; the database stops looking when the page is full.
 * @returns ids of `VersionEntry`: those of `to`, and for `removed` those of `from`
 */
export async function diffEntries(
  db: Db,
  { from, to, steps }: VersionDiff,
  kind: keyof DiffCounts,
  page: EntryPage,
): Promise<bigint[]> {
  const [own, other] = kind === 'removed' ? [from.id, to.id] : [to.id, from.id]
  const twin = Prisma.sql`SELECT FROM "VersionEntry" o WHERE o."versionId" = ${other} AND o."photoId" = e."photoId"`
  const differs =
    kind === 'relabelled'
      ? Prisma.sql`EXISTS (${twin} AND o."classLabel" <> e."classLabel" ${lookedUp(steps)})`
      : Prisma.sql`NOT EXISTS (${twin} ${lookedUp(steps)})`
  const rows = await db.$queryRaw<{ id: bigint }[]>`
    WITH ${candidates(own, steps)}
    SELECT e.id FROM candidate e
    WHERE ${differs} ${pageOf(page)}`
  return rows.map(({ id }) => id)
}
