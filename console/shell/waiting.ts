/** How much waits for an operator, and whether a training is on: kept up to date by what happens. */
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from 'urql'
import { ChangedDocument, QueuedDocument, RunOverDocument, WaitingDocument } from '../generated/graphql.js'
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
/** Asked again when a run is started, also where none is in the answer. */
const runsToo = { additionalTypenames: ['TrainingRun'] }

export function useWaiting(): Waiting {
  const isOperator = useMay('OPERATOR')
  const [{ data }, ask] = useQuery({ query: WaitingDocument, pause: !isOperator, context: runsToo })
  const again = useDebouncedCallback(() => ask({ requestPolicy: 'network-only' }), togetherMs)
  const listening = { next: again, gap: again }
  useLive(QueuedDocument, isOperator ? {} : null, listening)
  useLive(ChangedDocument, isOperator ? {} : null, listening)
  const running = data?.runningTraining?.name
  useLive(
    RunOverDocument,
    running === undefined ? null : { run: running },
    { ...listening, over: again },
    { ends: true },
  )
  return { queue: data?.queue.totalCount, running }
}
