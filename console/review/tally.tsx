/** A line of what waits, what is done, and what others do. */
import { count } from '../look/figures.js'
import type { Desk } from './desk.js'
import type { News } from './news.js'
import { paceOf } from './pace.js'
import type { Counts } from './use-counts.js'
import type { Decisions } from './use-decisions.js'
import { useOthers } from './use-others.js'

interface TallyProps {
  counts: Counts
  decisions: Decisions
  news: News
  desk: Desk
}

export function Tally({ counts, decisions: { deeds, outbox }, news, desk }: TallyProps) {
  const { done, perMinute } = paceOf(deeds)
  const others = useOthers(news, desk)
  const parts = [
    counts.queue !== undefined && `${count(counts.queue)} waiting`,
    done > 0 && `${count(done)} done here`,
    perMinute !== undefined && `${count(perMinute)} a minute`,
    ...[...others].map(([by, number]) => `${by === 'anybody' ? 'another desk' : by} did ${count(number)}`),
    outbox.stalled &&
      `${count(outbox.waiting)} not sent yet: ${whys[outbox.stalled.code] ?? 'the server does not answer'}`,
  ]
  return <span className="figures">{parts.filter(Boolean).join(' · ') || '…'}</span>
}

const whys: Readonly<Record<string, string>> = {
  OVERLOADED: 'the server is busy',
  DATABASE_UNAVAILABLE: 'the database is not answering',
  UNAUTHENTICATED: 'nobody is signed in',
}
