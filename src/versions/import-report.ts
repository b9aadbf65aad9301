/** What an import left out of its version, and why: kept beside the version (`ImportReport`), as examples and counts. */
import type { Db } from '../db.js'

/** So many examples of each kind are kept; the counts are exact. */
const examplesKept = 200

export interface Findings<T> {
  readonly count: number
  readonly examples: readonly T[]
}

export interface ImportFindings {
  /** Files that are no usable photos. */
  readonly refused: Findings<{ readonly path: string; readonly reason: string }>
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
  /** Files that were not looked at: read-me files, lists, links. */
  readonly ignored: Findings<string>
}

export const findings = <T>(all: readonly T[]): Findings<T> => ({
  count: all.length,
  examples: all.slice(0, examplesKept),
})

/** @returns null for a version that was not imported */
export async function importReport(
  db: Db,
  versionId: number,
): Promise<{ files: number; refused: number; findings: ImportFindings } | null> {
  const report = await db.importReport.findUnique({ where: { versionId } })
  // Written by importDataset, and by nobody since.
  return report && { ...report, findings: report.findings as unknown as ImportFindings }
}
