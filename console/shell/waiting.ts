/** How much waits for an operator, and whether a training is on: kept up to date by what happens. */
import { useThrottledCallback } from '@mantine/hooks'
import { useQuery } from 'urql'
import { ChangedDocument, QueuedDocument, RunChangedDocument, WaitingDocument } from '../generated/graphql.js'
import { useLive } from '../talk/live.js'
import { useMay } from '../talk/who.js'

export interface Waiting {
  /** Photos; undefined until known. */
  queue?: number
  /** Name of the run. */
  running?: string
}

/** Many photos at once are one question. */
const togetherMs = 400

export function useWaiting(): Waiting {
  const isOperator = useMay('OPERATOR')
  const [{ data }, ask] = useQuery({ query: WaitingDocument, pause: !isOperator })
  const again = useThrottledCallback(() => ask({ requestPolicy: 'network-only' }), togetherMs)
  const listening = { next: again, gap: again }
  useLive(QueuedDocument, isOperator ? {} : null, listening)
  useLive(ChangedDocument, isOperator ? {} : null, listening)
  useLive(RunChangedDocument, isOperator ? {} : null, listening)
  return { queue: data?.queue.totalCount, running: data?.runningTraining?.name }
}
