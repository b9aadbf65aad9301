/** The queue, a page at a time, without what is done by now; claims of others as they come and go. */
import { useEffect, useRef, useState } from 'react'
import { type ImageFilter, type ImageOrder, QueuePhotosDocument } from '../generated/graphql.js'
import { type Pages, usePages } from '../talk/pages.js'
import { useHeard } from './news.js'
import type { QueuePhoto } from './photo-cell.js'
import type { Room } from './room.js'

interface QueuePhotos {
  readonly pages: Pages<QueuePhoto>
  /** There are photos that a look from the beginning would show. */
  readonly isBehind: boolean
  /** Who else has a photo in hand, as far as anybody has said so lately. */
  readonly holderOf: (photo: QueuePhoto) => string | undefined
}

/** Nobody is told when a claim runs out. It is as good as over when it has not been renewed for so long: the clock is this page's own. */
const claimMs = 120_000
const lookMs = 5_000

export function useQueuePhotos({ desk, news, decisions }: Room, filter: ImageFilter, orderBy: ImageOrder): QueuePhotos {
  const all = usePages(QueuePhotosDocument, { filter, orderBy }, ({ images }) => images)
  const [isBehind, setBehind] = useState(false)
  /** Those that wait longest come last: they are on pages that are still to be asked for. */
  const came = () => (orderBy !== 'OLDEST' || !all.hasMore) && setBehind(true)
  useHeard(news, {
    changed: ({ id, reviewed, claim }) => {
      const isHere = all.rows.some((row) => row.id === id)
      if (isHere) all.change((rows) => rows.map((row) => (row.id === id ? { ...row, claim } : row)))
      else if (!reviewed && !claim) came()
    },
    came,
    gap: all.again,
  })
  const holderOf = useHolders(desk.id, all.rows)
  const rows = all.rows.filter(({ id }) => !['LABEL', 'REJECT'].includes(decisions.became(id) ?? ''))
  const done = all.rows.length - rows.length
  return {
    pages: {
      ...all,
      rows,
      total: all.total === undefined ? undefined : Math.max(rows.length, all.total - done),
      again: () => {
        setBehind(false)
        all.again()
      },
    },
    isBehind,
    holderOf,
  }
}

function useHolders(desk: string, rows: readonly QueuePhoto[]) {
  const [told, setTold] = useState<ReadonlyMap<string, { readonly until: string; readonly at: number }>>(new Map())
  const [now, setNow] = useState(0)
  const latest = useRef(rows)
  useEffect(() => {
    latest.current = rows
  }, [rows])
  useEffect(() => {
    const look = () => {
      const at = performance.now()
      const noted = (before: typeof told) =>
        latest.current.flatMap(({ id, claim }) => {
          if (!claim || claim.desk === desk) return []
          const known = before.get(id)
          return [[id, known?.until === claim.until ? known : { until: claim.until, at }] as const]
        })
      setTold((before) => new Map(noted(before)))
      setNow(at)
    }
    const timer = setInterval(look, lookMs)
    return () => clearInterval(timer)
  }, [desk])
  return ({ id, claim }: QueuePhoto) => {
    if (!claim || claim.desk === desk) return undefined
    const known = told.get(id)
    return known?.until === claim.until && now - known.at >= claimMs ? undefined : claim.by
  }
}
