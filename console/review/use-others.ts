/** What others do beside: who had a photo in hand that is done now. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useClient } from 'urql'
import { ClaimsBeforeDocument } from '../generated/graphql.js'
import type { Desk } from './desk.js'
import { type Change, type News, useHeard } from './news.js'

/** @returns how many photos each of them has done since this page looks, by name */
export function useOthers(news: News, desk: Desk): ReadonlyMap<string, number> {
  const client = useClient()
  const holders = useRef(new Map<string, string>())
  const [done, setDone] = useState<ReadonlyMap<string, number>>(new Map())

  const look = useCallback(
    (id: string, claim: Change['claim']) => {
      if (claim && claim.desk !== desk.id) holders.current.set(id, claim.by)
      else holders.current.delete(id)
    },
    [desk],
  )
  const lookAtAll = useCallback(async () => {
    const { data } = await client.query(ClaimsBeforeDocument, {}, { requestPolicy: 'network-only' }).toPromise()
    for (const { node } of data?.images.edges ?? []) look(node.id, node.claim)
  }, [client, look])
  useEffect(() => void lookAtAll(), [lookAtAll])

  useHeard(news, {
    changed: ({ id, reviewed, claim }) => {
      const by = holders.current.get(id)
      if (by !== undefined && reviewed) setDone((before) => new Map(before).set(by, (before.get(by) ?? 0) + 1))
      look(id, claim)
    },
    gap: () => void lookAtAll(),
  })
  return done
}
