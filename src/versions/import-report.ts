/** What an import left out of its version, and why: kept beside the version (`ImportReport`), as examples and counts. */
import type { Db } from '../db.js'
import { readableBytes } from '../photos/path-text.js'
import { classKey } from '../reviews/class-name.js'
import type { DatasetFolder } from './dataset-folder.js'
import { examplesKept, type LeftOutEntry, type Tally } from './left-out.js'

export interface Findings<T> {
  readonly count: number
  readonly examples: readonly T[]
}

/** Paths are as of `pathText`: whoever erases a photo looks for its path here. No reason has a name of a file in it. */
export interface ImportFindings {
  /** Files that are no usable photos, and links and folders that cannot be read. */
  readonly refused: Findings<LeftOutEntry>
  /** The same bytes again: left out, the first one stands for them. */
  readonly duplicates: Findings<{ readonly path: string; readonly sameAs: string }>
  /** Those of them that lie in another class: one of the two is wrong. The first one's label was kept. */
  readonly twoLabels: Findings<{
    readonly path: string
    readonly classLabel: string
    readonly sameAs: string
    readonly keptLabel: string
  }>
  /** Those of them that lie in another split. The first one's was kept. */
  readonly twoSplits: Findings<{ readonly path: string; readonly sameAs: string }>
  /** Groups of near copies; `acrossSplits` are those that the dataset's own folders put on several sides. */
  readonly nearCopies: { readonly groups: number; readonly photos: number; readonly acrossSplits: number }
  /** Entries that were not looked at: text files, recycle bins, classes that nobody asked for. */
  readonly ignored: Findings<string>
  /** Left out in reports of release 0.1.0, as all that follows. */
  readonly ignoredBecause?: { readonly examples: readonly LeftOutEntry[]; readonly reasons: readonly ReasonCount[] }
  /** Photos that lie in no class folder. */
  readonly unlabelled?: Findings<LeftOutEntry>
  /** Photos that the version took in. */
  readonly read?: number
  /** Classes with folders that are spelled otherwise than the class. */
  readonly merged?: Findings<{ readonly classLabel: string; readonly folders: readonly string[] }>
  /** Links that were followed. */
  readonly links?: Findings<{
    readonly path: string
    readonly classLabel?: string | undefined
    readonly target?: string | undefined
  }>
}

export interface ReasonCount {
  readonly reason: string
  readonly count: number
}

export const tallied = ({ count, examples }: Tally): Findings<LeftOutEntry> => ({ count, examples })

export const findings = <T>(all: readonly T[]): Findings<T> => ({
  count: all.length,
  examples: all.slice(0, examplesKept),
})

/** Counted together; the examples of the first come first. */
export const withMore = <T>({ count, examples }: Findings<T>, more: readonly T[]): Findings<T> => ({
  count: count + more.length,
  examples: [...examples, ...more].slice(0, examplesKept),
})

/**
 * With what only the database knows: how classes are spelled that were there before.
 * @param spelling of each class key
 */
export function inSpelling(
  whatBecame: ImportFindings,
  { classes, links }: Pick<DatasetFolder, 'classes' | 'links'>,
  spelling: ReadonlyMap<string, string>,
): ImportFindings {
  const spelled = (label: string) => spelling.get(classKey(label)) ?? label
  const merged = classes.flatMap(({ classLabel, folders }) => {
    const label = spelled(classLabel)
    const isSame = folders.every(({ name }) => readableBytes(name) === label)
    return isSame ? [] : [{ classLabel: label, folders: folders.map((folder) => folder.path) }]
  })
  const followed = links.map((link) => ({ ...link, classLabel: link.classLabel && spelled(link.classLabel) }))
  return { ...whatBecame, merged: findings(merged), links: findings(followed) }
}

/** @returns null for a version that was not imported */
export async function importReport(
  db: Db,
  versionId: number,
): Promise<{ files: number; refused: number; findings: ImportFindings } | null> {
  const report = await db.importReport.findUnique({ where: { versionId } })
  // Written by importDataset, and by nobody since.
  return report && { ...report, findings: report.findings as unknown as ImportFindings }
}
