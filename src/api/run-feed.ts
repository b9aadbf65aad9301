/**
 * The newest events of a run, read once for all who follow it in this process: a thousand subscribers are one query an event.
 * It holds a page of them; whoever is further behind reads from the database.
 */
import type { RunEvent, RunStatus } from '../db.js'
import type { Hall } from '../hall.js'

export const pageSize = 200

const terminal: ReadonlySet<RunStatus> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'INTERRUPTED'])

export interface Look {
  /** The newest, without gaps among them, at most a page. */
  readonly rows: readonly RunEvent[]
  /** Nothing comes after them, unless the run is resumed. */
  readonly ended: boolean
}

/** By run; a hall has one database. */
const feeds = new WeakMap<Hall, Map<string, RunFeed>>()

export class RunFeed {
  private followers = 0
  private looking: Promise<Look> | undefined
  /** Looks go one after another: each adds to what the one before it found. */
  private turn: Promise<unknown> = Promise.resolve()
  private rows: readonly RunEvent[] = []
  private wake = () => {}
  private news = new Promise<void>((resolve) => (this.wake = resolve))
  private stopListening = () => {}

  private constructor(
    private readonly hall: Hall,
    private readonly runId: string,
  ) {}

  /** @returns the one of this run, with a follower more: who has joined leaves again. */
  static join(hall: Hall, runId: string): RunFeed {
    const ofHall = feeds.get(hall) ?? new Map<string, RunFeed>()
    feeds.set(hall, ofHall)
    const feed = ofHall.get(runId) ?? new RunFeed(hall, runId)
    ofHall.set(runId, feed)
    if (feed.followers++ === 0) {
      const tell = () => feed.tell()
      feed.stopListening = hall.events.on('trainingEvent', (message) => message.runId === runId && tell(), tell)
    }
    return feed
  }

  leave(): void {
    if (--this.followers > 0) return
    this.stopListening()
    feeds.get(this.hall)?.delete(this.runId)
  }

  /** What is there, and the promise that resolves when there may be more. */
  look(): { found: Promise<Look>; news: Promise<void> } {
    const { news } = this
    this.looking ??= this.lookNext()
    return { found: this.looking, news }
  }

  private lookNext(): Promise<Look> {
    const look = this.turn.then(() => this.read())
    this.turn = look.catch(() => {
      if (this.looking === look) this.looking = undefined // those who wait have the error; whoever comes next asks again
    })
    return look
  }

  private tell(): void {
    this.looking = undefined
    this.wake()
    this.news = new Promise((resolve) => (this.wake = resolve))
  }

  private async read(): Promise<Look> {
    const { hall, runId } = this
    // Before the rows: what is written after this look is told by another message.
    const run = await hall.db.trainingRun.findUnique({
      where: { id: runId },
      select: { status: true, events: { orderBy: { seq: 'desc' }, take: 1 } },
    })
    const last = run?.events[0]
    if (!run || !last) return { rows: [], ended: !run }
    const known = this.rows.at(-1)?.seq ?? 0
    const fresh =
      last.seq - known === 1
        ? [last]
        : await hall.db.runEvent.findMany({
            where: { runId, seq: { gt: Math.max(known, last.seq - pageSize), lte: last.seq } },
            orderBy: { seq: 'asc' },
          })
    if (fresh.length > 0) {
      const isNext = fresh[0]?.seq === known + 1
      this.rows = [...(isNext ? this.rows : []), ...fresh].slice(-pageSize)
    }
    return { rows: this.rows, ended: saysItsEnd(run.status, last) }
  }
}

/**
 * Both the run and its last row must say so: a run that was resumed has an old CANCELLED or INTERRUPTED row, and a
 * run's status is readable a moment before the row that tells it.
 */
function saysItsEnd(status: RunStatus, { type, payload }: RunEvent): boolean {
  if (!terminal.has(status) || type !== 'TrainingStatusChanged') return false
  return typeof payload === 'object' && payload !== null && 'status' in payload && payload.status === status
}
