import type { Db, Split } from '../db.js'

export interface ClassSplitCount {
  readonly classLabel: string
  readonly split: Split
  readonly count: number
}

/** Photos of each class in each split, alphabetical; what has none is left out. One pass over the version's entries. */
export async function classSplits(db: Db, versionId: number): Promise<ClassSplitCount[]> {
  const rows = await db.versionEntry.groupBy({ by: ['classLabel', 'split'], where: { versionId }, _count: true })
  return rows
    .map(({ classLabel, split, _count: count }) => ({ classLabel, split, count }))
    .toSorted((a, b) => compare(a.classLabel, b.classLabel) || compare(a.split, b.split))
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
