/** Everything on the wall: asked once, and again when something happens. */
import { useThrottledCallback } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { useQuery } from 'urql'
import {
  WallCountedDocument,
  WallDocument,
  WallPromotedDocument,
  WallQueuedDocument,
  WallReviewedDocument,
  WallRunChangedDocument,
  VersionMadeDocument,
} from '../generated/graphql.js'
import { useLive } from '../talk/live.js'
import { troubleOf } from '../talk/trouble.js'
import { firstHour, hoursOf } from './hours.js'

/** Many photos a second are one question a second. */
const togetherMs = 1_000
const tickMs = 15_000

export function useWall() {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs)
    return () => clearInterval(timer)
  }, [])
  const from = firstHour(now).toISOString()
  const [{ data, error }, ask] = useQuery({ query: WallDocument, variables: { from } })
  const again = useThrottledCallback(() => ask({ requestPolicy: 'network-only' }), togetherMs)
  const listening = { next: again, gap: again }
  useLive(WallCountedDocument, {}, listening)
  useLive(WallQueuedDocument, {}, listening)
  useLive(WallReviewedDocument, {}, listening)
  useLive(WallPromotedDocument, {}, listening)
  useLive(WallRunChangedDocument, {}, listening)
  useLive(VersionMadeDocument, {}, listening)
  return { data, trouble: troubleOf(error), hours: hoursOf(data?.classifiedByHour ?? [], now), now, again }
}
