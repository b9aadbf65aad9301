/** What time it is by the database's clock, for answers that compare with what is in a row: asked for once a minute, and counted on from there. */
import type { Hall } from '../hall.js'

const goodForMs = 60_000

interface Asked {
  /** Milliseconds since 1970 when it was asked, by the database. */
  readonly time: Promise<number>
  /** By `performance.now()`. */
  readonly at: number
}

const askedBy = new WeakMap<Hall['events'], Asked>()

/** Off by no more than the way to the database takes. */
export async function databaseNow({ events }: Pick<Hall, 'events'>): Promise<Date> {
  const now = performance.now()
  let asked = askedBy.get(events)
  if (!asked || now - asked.at > goodForMs) {
    asked = { time: ask(events), at: now }
    askedBy.set(events, asked)
    asked.time.catch(() => askedBy.delete(events)) // whoever asks next tries again
  }
  return new Date((await asked.time) + performance.now() - asked.at)
}

async function ask(events: Hall['events']): Promise<number> {
  const [row] = await events.look<{ now: Date }>('SELECT clock_timestamp() AS now')
  return row?.now.getTime() ?? Number.NaN
}
