/** Photos claimed for this desk: held on to while somebody looks, more before they run out, let go on leaving. */
import { useThrottledCallback } from '@mantine/hooks'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ImageFilter, ImageOrder } from '../generated/graphql.js'
import type { Trouble } from '../talk/trouble.js'
import { ahead, type Batch, emptyBatch, withMore, without } from './batch.js'
import type { Desk } from './desk.js'
import { type News, useHeard } from './news.js'
import type { Decisions } from './use-decisions.js'
import { useLease } from './use-lease.js'

/** Photos ahead below which more are claimed, and how many at a time: few, so that whoever comes to a short queue finds some, too. */
const few = 5
const aTime = 8
/** As many as `claimNext` gives. */
const mostInHand = 50
const togetherMs = 300

export interface InHand {
  readonly batch: Batch
  readonly change: (to: (batch: Batch) => Batch) => void
  /** Nothing has come yet. */
  readonly isLoading: boolean
  readonly trouble: Trouble | undefined
  readonly again: () => void
}

export function useBatch(
  desk: Desk,
  news: News,
  { became, outbox }: Decisions,
  filter: ImageFilter,
  orderBy: ImageOrder,
): InHand {
  const [batch, setBatch] = useState(emptyBatch)
  const [asked, setAsked] = useState<{ isLoading: boolean; trouble?: Trouble }>({ isLoading: true })
  const now = useRef(batch)
  /** Times that there may have been more: only an answer to a later question says that there is none. */
  const heard = useRef(0)
  /** The server had no more when it was last asked. */
  const isDry = useRef(false)
  const isAsking = useRef(false)
  /** Answers to what was asked for before are late: they count no more. */
  const turn = useRef(0)
  const change = useCallback((to: (batch: Batch) => Batch) => setBatch((now.current = to(now.current))), [])
  const key = JSON.stringify([filter, orderBy])

  const refill = useCallback(
    async function refill(): Promise<void> {
      if (isAsking.current || isDry.current || ahead(now.current) >= few) return
      const mine = turn.current
      const before = heard.current
      isAsking.current = true
      const [filter, orderBy] = JSON.parse(key) as [ImageFilter, ImageOrder]
      // To the server, this desk has what is decided here and on its way.
      const first = Math.min(mostInHand, now.current.photos.length + outbox.photos + aTime)
      const { photos, trouble } = await desk.claimNext(first, filter, orderBy)
      if (mine !== turn.current) return
      isAsking.current = false
      const isOld = before !== heard.current
      isDry.current = photos !== undefined && photos.length < first && !isOld
      const more = photos?.filter(({ id }) => !['LABEL', 'REJECT'].includes(became(id) ?? '')) ?? []
      change((batch) => withMore(batch, more))
      setAsked({ isLoading: false, trouble })
      if (isOld && !trouble) void refill()
    },
    [desk, key, change, became, outbox],
  )
  const refillSoon = useThrottledCallback(() => void refill(), togetherMs)
  const mayBeMore = () => {
    heard.current++
    isDry.current = false
    refillSoon()
  }

  const renew = useCallback(async () => {
    const ids = now.current.photos.map(({ id }) => id)
    const had = ids.length > 0 ? await desk.claim(ids) : undefined
    if (had) change((batch) => without(batch, (id) => ids.includes(id) && !had.has(id) && !outbox.has(id)))
    heard.current++
    isDry.current = false
    void refill()
  }, [desk, change, refill, outbox])

  // What is asked for begins anew, with nothing in hand.
  useEffect(() => {
    turn.current++
    isAsking.current = false
    isDry.current = false
    void refill()
    return () => {
      change(() => emptyBatch)
      setAsked({ isLoading: true })
      void desk.release()
    }
  }, [desk, refill, change])

  useEffect(() => {
    void refill()
  }, [batch, refill])

  // What is decided leaves room for others.
  useEffect(() => outbox.listen((settled) => settled && refillSoon()), [outbox, refillSoon])
  useLease(desk, renew)
  useHeard(news, {
    changed: ({ id, reviewed, claim }) => {
      if (outbox.has(id)) return
      if (reviewed || (claim && claim.desk !== desk.id)) change((batch) => without(batch, (other) => other === id))
      else if (!claim) mayBeMore()
    },
    came: mayBeMore,
    gap: () => void renew(),
  })

  return { batch, change, ...asked, trouble: asked.trouble, again: () => void renew() }
}
