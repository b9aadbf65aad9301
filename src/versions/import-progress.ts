import { publish, type Topics } from '../events.js'
import type { Hall } from '../hall.js'

export type ImportProgress = Topics['importProgress']

/** Told at most so often; the last one is always told. */
const shortestGapMs = 250

/** Counts files and tells how far it is, now and then. */
export class ProgressTeller {
  private done = 0
  private refused = 0
  private toldAt = 0
  private telling: Promise<void> = Promise.resolve()

  constructor(
    private readonly hall: Pick<Hall, 'db' | 'log'>,
    private readonly name: string,
    private readonly total: number,
  ) {}

  get current(): ImportProgress {
    const { name, done, total, refused } = this
    return { name, done, total, refused, finished: false }
  }

  readonly count = (file: { refused: boolean }): void => {
    this.done++
    if (file.refused) this.refused++
    const now = performance.now()
    // What comes after the last file takes a while, too: nobody is to think that it stands still before it.
    if (this.done < this.total && now - this.toldAt < shortestGapMs) return
    this.toldAt = now
    this.telling = publish(this.hall.db, 'importProgress', this.current).catch((error: unknown) =>
      this.hall.log.warn({ error }, 'an import goes on, but could not tell how far it is'),
    )
  }

  /** After this, nothing more is told: what comes next is the end. */
  readonly settled = (): Promise<void> => this.telling
}

/** @param now how far the import is, if it runs in this process */
export async function progressSoFar(
  { db }: Pick<Hall, 'db'>,
  name: string,
  now: ImportProgress | undefined,
): Promise<ImportProgress | undefined> {
  if (now) return now
  const report = await db.importReport.findFirst({ where: { version: { name } } })
  return report ? { name, done: report.files, total: report.files, refused: report.refused, finished: true } : undefined
}

/**
 * How far it is at the moment, then what is told of it, until it is over. Before an import begins, it waits for it.
 * Listening starts at the call.
 */
export function progressOf(
  hall: Pick<Hall, 'db' | 'events'>,
  name: string,
  now: () => ImportProgress | undefined,
): AsyncIterableIterator<ImportProgress> {
  const news = hall.events.subscribe('importProgress', () => progressSoFar(hall, name, now()))
  let isFirst = true
  let isOver = false
  const next = async (): Promise<IteratorResult<ImportProgress>> => {
    if (isOver) return { done: true, value: undefined }
    const told = isFirst ? await progressSoFar(hall, name, now()) : undefined
    isFirst = false
    for (let value = told; ;) {
      if (value?.name === name) {
        isOver = value.finished
        if (isOver) await news.return?.()
        return { done: false, value }
      }
      const heard = await news.next()
      if (heard.done) return { done: true, value: undefined }
      value = heard.value
    }
  }
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next,
    async return() {
      isOver = true
      await news.return?.()
      return { done: true, value: undefined }
    },
  }
}
