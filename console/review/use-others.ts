/** What others do beside: who had a photo in hand that is done now. */
import { useRef, useState } from 'react'
import type { Desk } from './desk.js'
import { type News, useHeard } from './news.js'

/** @returns how many photos each of them has done since this page looks, by name */
export function useOthers(news: News, desk: Desk): ReadonlyMap<string, number> {
  const holders = useRef(new Map<string, string>())
  const [done, setDone] = useState<ReadonlyMap<string, number>>(new Map())
  useHeard(news, {
    changed: ({ id, reviewed, claim }) => {
      const by = holders.current.get(id)
      if (claim && claim.desk !== desk.id) holders.current.set(id, claim.by)
      else holders.current.delete(id)
      if (by !== undefined && reviewed) setDone((before) => new Map(before).set(by, (before.get(by) ?? 0) + 1))
    },
  })
  return done
}
