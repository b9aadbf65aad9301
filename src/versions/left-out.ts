/** What an import does not take in, counted by the reason, with some examples: a folder may have a hundred thousand such entries. */
import { readableName } from '../photos/path-text.js'

/** So many examples of each kind are kept; the counts are exact. */
export const examplesKept = 200

export interface LeftOutEntry {
  readonly path: string
  readonly reason: string
}

/** Entries that came to the same end. */
export class Tally {
  count = 0
  readonly examples: LeftOutEntry[] = []
  private readonly byReason = new Map<string, number>()

  /** @param entries that the path stands for: those in a folder, each counted */
  add(path: string, reason: string, entries = 1): void {
    this.count += entries
    if (this.examples.length < examplesKept) this.examples.push({ path, reason })
    this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + entries)
  }

  get reasons(): { reason: string; count: number }[] {
    return [...this.byReason].map(([reason, count]) => ({ reason, count }))
  }
}

export class LeftOut {
  /** Photos that lie in no class folder. */
  readonly unlabelled = new Tally()
  /** Those that the listing refused already. Reading refuses more. */
  readonly refused = new Tally()
  readonly ignored = new Tally()

  /** The first ones, for the error of an import that comes to nothing: no report will say it. */
  get inWords(): string {
    const kinds = [this.refused, this.unlabelled, this.ignored]
    const count = kinds.reduce((sum, kind) => sum + kind.count, 0)
    const [first, ...more] = kinds.flatMap(({ examples: [one] }) =>
      one ? [`${readableName(one.path)}: ${one.reason}`] : [],
    )
    return first ? ` Entries that were left out: ${count}, such as ${[first, ...more].join(' ')}` : ''
  }
}
