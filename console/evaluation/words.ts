/** What figures say, in words for people. */
import type { EvaluatedQuery, Recommendation } from '../generated/graphql.js'
import { fixed } from '../look/figures.js'

export type Run = NonNullable<EvaluatedQuery['trainingRun']>
export type Evaluation = NonNullable<Run['evaluation']>
export type Comparison = NonNullable<Run['comparison']>
export type Delta = Comparison['deltas'][number]

export const verdicts: Readonly<Record<Recommendation, { title: string; about: string }>> = {
  PROMOTE: { title: 'Recommended: promote it', about: 'It may serve: the last of the reasons says why.' },
  KEEP: { title: 'Recommended: keep the older one', about: 'The last of the reasons says why.' },
  REVIEW: { title: 'Recommended: that a person looks', about: 'The figures do not settle it. The photos below may.' },
}

export const metricNames: Readonly<Record<string, string>> = {
  accuracy: 'Accuracy',
  macroF1: 'Macro F1',
  precision: 'Precision',
  recall: 'Recall',
  loss: 'Loss',
}

export const isLoss = (metric: string) => metric === 'loss'

/** Loss in nats, all others in per cent. */
export const said = (metric: string, value: number | null | undefined): string =>
  value == null ? '–' : isLoss(metric) ? fixed(value, 3) : `${fixed(value * 100, 1)} %`

const signed = (value: number, digits: number) => `${value > 0 ? '+' : ''}${fixed(value, digits)}`

/** `+0.8`, in points of a hundred; loss as it is. */
export const change = (metric: string, value: number): string =>
  isLoss(metric) ? signed(value, 3) : signed(value * 100, 1)

/** Whether chance explains the difference is the interval's to say. */
export function judged({ metric, low, high }: Delta): string {
  if (low == null || high == null) return ''
  if (low <= 0 && high >= 0) return 'no clear difference'
  return low > 0 !== isLoss(metric) ? 'better' : 'worse'
}
