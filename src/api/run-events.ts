/**
 * The events of a run, for one subscriber: rows, in order, as fast as the subscriber takes them. A message only says "there are
 * more rows", so none can be lost, and a subscriber that stalls holds nothing but its place.
 */
import type { RunEvent } from '../db.js'
import { badInput, notFound } from '../errors.js'
import type { Hall } from '../hall.js'
import { pageSize, RunFeed } from './run-feed.js'
import { stoppable } from './stoppable.js'

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
  const feed = RunFeed.join(hall, runId)
  let wake = () => {}
  stopped.addEventListener('abort', () => wake(), { once: true })
  let sent = after
  try {
    while (!stopped.aborted) {
      const { found, news } = feed.look()
      const { rows: newest, ended } = await found
      const last = newest.at(-1)?.seq ?? 0
      while (sent < last && !stopped.aborted) {
        const isHeld = (newest[0]?.seq ?? Infinity) <= sent + 1
        const rows = isHeld ? newest.filter(({ seq }) => seq > sent) : await page(hall, runId, sent)
        if (rows.length === 0) return // the run was pruned while this one was far behind
        for (const row of rows) {
          yield row
          sent = row.seq
        }
      }
      if (ended) return
      if (!stopped.aborted) await new Promise<void>((resolve) => void news.then((wake = resolve)))
    }
  } finally {
    feed.leave()
  }
}

const page = (hall: Hall, runId: string, sent: number) =>
  hall.db.runEvent.findMany({ where: { runId, seq: { gt: sent } }, orderBy: { seq: 'asc' }, take: pageSize })
