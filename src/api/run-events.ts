/**
 * The events of a run, for one subscriber: rows from the database, in pages, as fast as the subscriber takes them. A
 * message only says "there are more rows", so none can be lost, and a subscriber that stalls holds nothing but its place.
 */
import type { RunEvent, RunStatus } from '../db.js'
import { badInput, notFound } from '../errors.js'
import type { Hall } from '../hall.js'
import { stoppable } from './stoppable.js'

const pageSize = 200

const terminal: ReadonlySet<RunStatus> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'INTERRUPTED'])

/**
 * @param after rows with a greater `seq`; 0 for all.
 * @throws NOT_FOUND, BAD_USER_INPUT
 */
export async function runEvents(hall: Hall, runName: string, after: number): Promise<AsyncIterableIterator<RunEvent>> {
  if (after < 0) throw badInput('after', '`after` is the last `seq` that was seen, or 0.')
  const run = await hall.db.trainingRun.findUnique({ where: { name: runName }, select: { id: true } })
  if (!run) throw notFound('training run', runName)
  return stoppable((stopped) => follow(hall, run.id, after, stopped))
}

async function* follow(hall: Hall, runId: string, after: number, stopped: AbortSignal) {
  let sent = after
  let news = true
  let wake: (() => void) | undefined
  const tell = () => {
    news = true
    wake?.()
  }
  const stopListening = hall.events.on('trainingEvent', (message) => message.runId === runId && tell(), tell)
  stopped.addEventListener('abort', () => wake?.())
  try {
    while (!stopped.aborted) {
      news = false
      // Before the rows: what is written after this look is told by another message.
      const ended = await hasEnded(hall, runId)
      for (;;) {
        const rows = await hall.db.runEvent.findMany({
          where: { runId, seq: { gt: sent } },
          orderBy: { seq: 'asc' },
          take: pageSize,
        })
        for (const row of rows) {
          yield row
          sent = row.seq
        }
        if (rows.length < pageSize) break
      }
      if (ended) return
      while (!news && !stopped.aborted) await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    stopListening()
  }
}

/**
 * Both the run and its last row must say so: a run that was resumed has an old CANCELLED or INTERRUPTED row, and a
 * run's status is readable a moment before the row that tells it.
 */
async function hasEnded(hall: Hall, runId: string): Promise<boolean> {
  const run = await hall.db.trainingRun.findUnique({
    where: { id: runId },
    select: { status: true, events: { orderBy: { seq: 'desc' }, take: 1 } },
  })
  if (!run) return true
  const [last] = run.events
  if (!terminal.has(run.status) || last?.type !== 'TrainingStatusChanged') return false
  const { payload } = last
  return typeof payload === 'object' && payload !== null && 'status' in payload && payload.status === run.status
}
