import type { Deed } from './use-decisions.js'

const minuteMs = 60_000
/** A pace of a few seconds says nothing. */
const shortestMs = 5_000

/** How many photos are done, and how many a minute, by the last minute of work. */
export function paceOf(deeds: readonly Deed[]): { readonly done: number; readonly perMinute: number | undefined } {
  const photos = (some: readonly Deed[]) => some.reduce((sum, { ids }) => sum + ids.length, 0)
  const [first, last] = [deeds[0]?.at ?? 0, deeds.at(-1)?.at ?? 0]
  const from = Math.max(first, last - minuteMs)
  const span = last - from
  const recent = photos(deeds.filter(({ at }) => at > from))
  return { done: photos(deeds), perMinute: span < shortestMs ? undefined : Math.round((recent / span) * minuteMs) }
}
