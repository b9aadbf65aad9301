/** What is looked at, and in which order: kept in the address. */
import { useMemo } from 'react'
import { useSearchParams } from 'wouter'
import type { ImageFilter, ImageOrder, ReviewReason } from '../generated/graphql.js'

export const tabs = ['queue', 'many', 'staged', 'rejected'] as const
export type Tab = (typeof tabs)[number]

export const orders: readonly { value: ImageOrder; label: string }[] = [
  { value: 'OLDEST', label: 'Oldest first' },
  { value: 'NEWEST', label: 'Newest first' },
  { value: 'LOWEST_CONFIDENCE', label: 'Doubt first' },
  { value: 'HIGHEST_ENERGY', label: 'Energy first' },
  { value: 'HIGHEST_NOVELTY', label: 'Novelty first' },
]
export const reasons: readonly { value: ReviewReason; label: string }[] = [
  { value: 'ENERGY', label: 'No class is supported (energy)' },
  { value: 'CONFIDENCE', label: 'Classes compete (confidence)' },
  { value: 'NOVELTY', label: 'Unlike the training photos (novelty)' },
  { value: 'DISPUTED', label: 'Somebody disputed the answer' },
  { value: 'SAMPLED', label: 'Taken at random' },
]

export interface View {
  readonly tab: Tab
  /** What the model thought. */
  readonly predicted: string
  readonly reason: ReviewReason | ''
  readonly order: ImageOrder
}

const oneOf = <T extends string>(given: string | null, allowed: readonly T[]): T | undefined =>
  allowed.find((one) => one === given)

export function useView(): [View, (change: Partial<View>) => void] {
  const [search, setSearch] = useSearchParams()
  const view: View = {
    tab: oneOf(search.get('tab'), tabs) ?? 'queue',
    predicted: search.get('predicted') ?? '',
    reason:
      oneOf(
        search.get('reason'),
        reasons.map(({ value }) => value),
      ) ?? '',
    order:
      oneOf(
        search.get('order'),
        orders.map(({ value }) => value),
      ) ?? 'OLDEST',
  }
  const change = (to: Partial<View>) => {
    const next = { ...view, ...to }
    const plain: View = { tab: 'queue', predicted: '', reason: '', order: 'OLDEST' }
    const told = Object.entries(next).filter(([name, value]) => value !== plain[name as keyof View])
    setSearch(new URLSearchParams(told), { replace: to.tab === undefined })
  }
  return [view, change]
}

/** Of the queue. The same object for as long as it says the same. */
export function useFilter({ predicted, reason }: View): ImageFilter {
  return useMemo(
    () => ({
      reviewed: false,
      ...(predicted && { topPrediction: predicted }),
      ...(reason && { reviewReason: reason }),
    }),
    [predicted, reason],
  )
}
