/** What the server tells of an import, and how quick it is. */
import { useState } from 'react'
import { ImportGoesOnDocument } from '../generated/graphql.js'
import { useLive } from '../talk/live.js'

interface Told {
  readonly done: number
  readonly total: number
  readonly refused: number
  /** Milliseconds of this page's clock. */
  readonly at: number
}

/** A speed that was measured over less jumps about. */
const shortestMs = 1_000

/** @param name of the version that is being made */
export function useImportProgress(name: string) {
  const [told, setTold] = useState<{ first: Told; last: Told }>()
  useLive(
    ImportGoesOnDocument,
    { name },
    {
      next({ importProgress: { done, total, refused, finished } }) {
        // A version of this name may be there already: that one is not what is going on.
        if (finished) return
        const last = { done, total, refused, at: performance.now() }
        setTold((old) => ({ first: old?.first ?? last, last }))
      },
    },
    { ends: true },
  )
  if (!told) return undefined
  const { first, last } = told
  const ms = last.at - first.at
  const perSecond = ms >= shortestMs ? ((last.done - first.done) / ms) * 1000 : undefined
  const secondsLeft = perSecond ? (last.total - last.done) / perSecond : undefined
  return { ...last, perSecond, secondsLeft }
}
