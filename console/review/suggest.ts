/** Which classes are offered, on keys 1 to 9. */
import type { LikelihoodFragment } from '../generated/graphql.js'

export interface Suggestion {
  /** On the keyboard. */
  readonly key: string
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
 * What somebody said of it, then what the model thinks, most likely first, then what was used last, then the others.
 * @param photos one, or several that get one label: means of their probabilities
 * @param classLabels alphabetical
 * @param recent classes that were given last, latest first
 * @param areSteady a class has the same key for every photo: they stand in the alphabet's order, whatever is thought of them
 * @returns at most nine
 */
export function suggestionsFor(
  photos: readonly Asked[],
  classLabels: readonly string[],
  recent: readonly string[],
  areSteady = false,
): Suggestion[] {
  const said = new Set(photos.flatMap(({ suggestedLabel }) => suggestedLabel ?? []))
  const sums = new Map<string, number>()
  for (const { allPredictions } of photos)
    for (const one of allPredictions) sums.set(one.classLabel, (sums.get(one.classLabel) ?? 0) + likelihoodOf(one))
  const thought = [...sums].toSorted(([, a], [, b]) => b - a).map(([classLabel]) => classLabel)
  const order = new Set(
    areSteady ? classLabels : [...said, ...thought.slice(0, likeliest), ...recent, ...thought, ...classLabels],
  )
  return [...order].slice(0, most).map((classLabel, i) => {
    const sum = sums.get(classLabel)
    return { key: String(i + 1), classLabel, probability: sum && sum / photos.length, isSaid: said.has(classLabel) }
  })
}
