/** What was counted, hour by hour, with the hours in which nothing was. */
import type { WallQuery } from '../generated/graphql.js'

export interface Hour {
  /** Its beginning. */
  readonly at: Date
  /** Photos named and counted, by class; those without any are left out. */
  readonly known: ReadonlyMap<string, number>
  readonly knownInAll: number
  /** Photos that were out of distribution. */
  readonly review: number
}

const hourMs = 3_600_000
export const hoursShown = 24

/** The beginning of the first hour that is shown. */
export const firstHour = (now: number): Date => new Date(Math.floor(now / hourMs) * hourMs - (hoursShown - 1) * hourMs)

export function hoursOf(rows: WallQuery['classifiedByHour'], now: number): Hour[] {
  const first = firstHour(now).getTime()
  return Array.from({ length: hoursShown }, (_, i) => {
    const at = new Date(first + i * hourMs)
    const own = rows.filter(({ hour }) => Date.parse(hour) === at.getTime())
    return {
      at,
      known: new Map(own.filter(({ known }) => known > 0).map(({ classLabel, known }) => [classLabel, known])),
      knownInAll: own.reduce((sum, { known }) => sum + known, 0),
      review: own.reduce((sum, { review }) => sum + review, 0),
    }
  })
}

/** Of all photos, how many the model did not know, 0 to 1; undefined without photos. */
export function shareUnknown(hours: readonly Hour[]): number | undefined {
  const review = hours.reduce((sum, hour) => sum + hour.review, 0)
  const all = review + hours.reduce((sum, hour) => sum + hour.knownInAll, 0)
  return all > 0 ? review / all : undefined
}
