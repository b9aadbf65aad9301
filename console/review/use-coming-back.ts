/** Photos that were decided here and are to be looked at again: taken back, or refused by the server. */
import { useEffect, useRef } from 'react'
import type { ReviewPhotoFragment } from '../generated/graphql.js'
import { type Batch, without, withBack } from './batch.js'
import type { Room } from './room.js'

/** Somebody else has it, or it is in a version, or gone: it is in no queue any more. */
const isElsewhere = (code: string | undefined) => code === 'CONFLICT' || code === 'NOT_FOUND'

export function useComingBack({ desk, decisions: { outbox } }: Room, change: (to: (batch: Batch) => Batch) => void) {
  const seen = useRef(new Map<string, ReviewPhotoFragment>())
  const remembered = (ids: readonly string[]) => ids.flatMap((id) => seen.current.get(id) ?? [])

  useEffect(
    () =>
      outbox.listen((settled) => {
        if (!settled) return
        const { decision, trouble } = settled
        const { ids, verb } = decision
        if (verb === 'UNLABEL' && trouble) change((batch) => without(batch, (id) => ids.includes(id)))
        if (verb !== 'UNLABEL' && trouble && !isElsewhere(trouble.code))
          change((batch) => withBack(batch, remembered(ids)))
        // It is in the queue again, and anybody's until it is claimed.
        if (verb === 'UNLABEL' && !trouble && remembered(ids).length > 0)
          void desk.claim(ids).then((had) => {
            if (had) change((batch) => without(batch, (id) => ids.includes(id) && !had.has(id) && !outbox.has(id)))
          })
      }),
    [outbox, desk, change],
  )

  return { remember: (photo: ReviewPhotoFragment) => void seen.current.set(photo.id, photo), remembered }
}
