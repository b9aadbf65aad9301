/** The runs, and the one that is looked at; asked again when another serves, or a run ends. */
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from 'urql'
import {
  EvaluatedDocument,
  EvaluationPromotedDocument,
  EvaluationRunChangedDocument,
  EvaluationRunsDocument,
} from '../generated/graphql.js'
import { useLive } from '../talk/live.js'
import { troubleOf } from '../talk/trouble.js'

const togetherMs = 200

/** @param asked name of a run; undefined: the newest that is COMPLETED */
export function useEvaluation(asked: string | undefined) {
  const [list, askList] = useQuery({ query: EvaluationRunsDocument })
  const runs = list.data?.trainingRuns.edges.map(({ node }) => node)
  const name = asked ?? runs?.find(({ status }) => status === 'COMPLETED')?.name
  const [one, askOne] = useQuery({ query: EvaluatedDocument, variables: { name: name ?? '' }, pause: !name })
  const again = useDebouncedCallback(() => {
    askList({ requestPolicy: 'network-only' })
    if (name) askOne({ requestPolicy: 'network-only' })
  }, togetherMs)
  const listening = { next: again, gap: again }
  useLive(EvaluationPromotedDocument, {}, listening)
  useLive(EvaluationRunChangedDocument, {}, listening)
  return {
    runs,
    name,
    // That of another run, while this one is asked for, is none.
    run: one.data?.trainingRun?.name === name ? one.data?.trainingRun : undefined,
    trouble: troubleOf(list.error ?? (name ? one.error : undefined)),
    again,
  }
}
export type Runs = NonNullable<ReturnType<typeof useEvaluation>['runs']>
