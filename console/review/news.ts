/** What happens to photos of review: heard once, for everything on the screen that wants to know. */
import { useEffect, useRef, useState } from 'react'
import {
  PhotoCameDocument,
  PhotoChangedDocument,
  type PhotoChangedSubscription,
  VersionMadeDocument,
} from '../generated/graphql.js'
import { useLive } from '../talk/live.js'

export type Change = PhotoChangedSubscription['imageChanged']

export interface Heard {
  /** A photo was claimed, let go, labelled, rejected or put back. */
  readonly changed?: (change: Change) => void
  /** There may be photos that were not there. */
  readonly came?: () => void
  /** A version has taken in what was staged. */
  readonly taken?: () => void
  /** Something may have been missed. */
  readonly gap?: () => void
}

export type News = ReadonlySet<{ readonly current: Heard }>

export function useNews(): News {
  const [listeners] = useState(() => new Set<{ readonly current: Heard }>())
  const tell = (to: (heard: Heard) => void) => listeners.forEach(({ current }) => to(current))
  const gap = () => tell((heard) => heard.gap?.())
  // All come over one socket: what breaks one breaks the others, and is told once.
  useLive(PhotoCameDocument, {}, { next: () => tell((heard) => heard.came?.()) })
  useLive(VersionMadeDocument, {}, { next: () => tell((heard) => heard.taken?.()) })
  useLive(PhotoChangedDocument, {}, { next: ({ imageChanged }) => tell((heard) => heard.changed?.(imageChanged)), gap })
  return listeners
}

export function useHeard(news: News, heard: Heard): void {
  const latest = useRef(heard)
  latest.current = heard
  useEffect(() => {
    const listeners = news as Set<{ readonly current: Heard }>
    listeners.add(latest)
    return () => void listeners.delete(latest)
  }, [news])
}
