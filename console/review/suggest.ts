/** Which classes are offered, on keys 1 to 9. */
import type { LikelihoodFragment } from '../generated/graphql.js'
import { keyOf } from './near-names.js'

export interface Suggestion {
  /** On the keyboard; undefined: it has none. */
  readonly key: string | undefined
  readonly classLabel: string
  /** 0 to 1, calibrated where that model was; undefined for a class that it did not know. */
  readonly probability: number | undefined
  /** Whoever disputed the model's answer says so. */
  readonly isSaid: boolean
}

interface Asked {
  readonly allPredictions: readonly LikelihoodFragment[]
  readonly suggestedLabel: string | null
}

const most = 9
/** So many places for what the model thinks before what was just used: a class that is new today has a key at once. */
const likeliest = 5

/** As Classify says it. */
export const likelihoodOf = ({ probability, calibrated }: LikelihoodFragment): number => calibrated ?? probability

/**
 * What somebody said of it, then what the model thinks, most likely first, then what was used last, then the others. A name that
 * somebody said and that is no class is none of them: a slip is not to become a class by one key.
 * @param photos one, or several that get one label: means of their probabilities
 * @param classLabels alphabetical
 * @param recent classes that were given last, latest first
 * @param steady those that have the same key for every photo, in that order; undefined: keys go by what is thought of the photo
 * @returns at most nine with a key, and where keys are steady what else is said or thought most likely, without
 */
export function suggestionsFor(
  photos: readonly Asked[],
  classLabels: readonly string[],
  recent: readonly string[],
  steady?: readonly string[],
): Suggestion[] {
  const known = new Map(classLabels.map((name) => [keyOf(name), name]))
  const said = new Set(photos.flatMap(({ suggestedLabel }) => known.get(keyOf(suggestedLabel ?? '')) ?? []))
  const sums = new Map<string, number>()
  for (const { allPredictions } of photos)
    for (const one of allPredictions) sums.set(one.classLabel, (sums.get(one.classLabel) ?? 0) + likelihoodOf(one))
  const thought = [...sums].toSorted(([, a], [, b]) => b - a).map(([classLabel]) => classLabel)
  const order = steady ?? [...said, ...thought.slice(0, likeliest), ...recent, ...thought, ...classLabels]
  const withKey = [...new Set(order)].slice(0, most)
  const beside = steady ? [...said, ...thought.slice(0, 1)].filter((name) => !withKey.includes(name)) : []
  return [...withKey, ...new Set(beside)].map((classLabel, i) => {
    const sum = sums.get(classLabel)
    return {
      key: i < withKey.length ? String(i + 1) : undefined,
      classLabel,
      probability: sum && sum / photos.length,
      isSaid: said.has(classLabel),
    }
  })
}
