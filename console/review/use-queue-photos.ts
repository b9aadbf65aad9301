/** The queue, a page at a time, without what is done by now; claims of others as they come and go. */
import { useState } from 'react'
import { type ImageFilter, type ImageOrder, QueuePhotosDocument } from '../generated/graphql.js'
import { type Pages, usePages } from '../talk/pages.js'
import { useHeard } from './news.js'
import type { QueuePhoto } from './photo-cell.js'
import type { Room } from './room.js'

interface QueuePhotos {
  readonly pages: Pages<QueuePhoto>
  /** There are photos that a look from the beginning would show. */
  readonly isBehind: boolean
}

export function useQueuePhotos({ news, decisions }: Room, filter: ImageFilter, orderBy: ImageOrder): QueuePhotos {
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
  }
}
