import type { Db, Split } from '../db.js'

export interface ClassSplitCount {
  readonly classLabel: string
  readonly split: Split
  readonly count: number
}

/** Photos of each class in each split, alphabetical; what has none is left out. One pass over the version's entries. */
export const classSplits = async (db: Db, versionId: number): Promise<ClassSplitCount[]> =>
  (await countEntries(db, { versionId })).toSorted(
    (a, b) => compare(a.classLabel, b.classLabel) || compare(a.split, b.split),
  )

async function countEntries(db: Db, where: { versionId: number; photo?: object }): Promise<ClassSplitCount[]> {
  const rows = await db.versionEntry.groupBy({ by: ['classLabel', 'split'], where, _count: true })
  return rows.map(({ classLabel, split, _count: count }) => ({ classLabel, split, count }))
}

/** The same as it was when the version was made. It is counted again only for versions of early WasteX, which did not keep it. */
export async function madeSplits(db: Db, versionId: number): Promise<ClassSplitCount[]> {
  const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: versionId }, select: { classSplits: true } })
  // Written by `completeVersion`, and by nobody since.
  return (version.classSplits as ClassSplitCount[] | null) ?? classSplits(db, versionId)
}

/** The same without photos that were erased since. A count may be 0. */
export async function splitsLeft(db: Db, versionId: number): Promise<ClassSplitCount[]> {
  const made = await madeSplits(db, versionId)
  const erased = await countEntries(db, { versionId, photo: { erasedAt: { not: null } } })
  const erasedOf = new Map(erased.map(({ classLabel, split, count }) => [`${split} ${classLabel}`, count]))
  return made.map((own) => ({ ...own, count: own.count - (erasedOf.get(`${own.split} ${own.classLabel}`) ?? 0) }))
}

/** Classes without a training photo: a network cannot learn them, so a training leaves them out. Alphabetical. */
export function untrainable(counts: readonly ClassSplitCount[]): string[] {
  const trained = trainedClasses(counts)
  return [...new Set(counts.map(({ classLabel }) => classLabel))].filter((label) => !trained.has(label)).sort(compare)
}

export const trainedClasses = (counts: readonly ClassSplitCount[]): ReadonlySet<string> =>
  new Set(counts.filter(({ split, count }) => split === 'TRAIN' && count > 0).map(({ classLabel }) => classLabel))

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
