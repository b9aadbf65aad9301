/** Thresholds of a run, found on its own validation photos: those of another model mean nothing for these logits. */
import type { Thresholds } from '../model/card.js'
import { referenceThresholds } from './ood.js'

export interface ValidationScore {
  energy: number
  /** In [0, 1]. */
  confidence: number
  /** null: no novelty test. */
  novelty: number | null
  /** The model named it rightly. */
  correct: boolean
}

/** Of the photos that the model names rightly, so many are to pass all tests together. */
const shareKept = 0.95
/** With fewer, 5 % is less than one photo, and a quantile would be the word of a single one. */
const fewestPhotos = 20
/** With fewer, novelty's part of the 5 % is less than one photo. */
const fewestForNoveltyQuantile = 100
const fewestForNovelty = 5
/**
 * How the tests share the 5 %. Confidence finds what is nearly waste, and novelty needs little to find what is not waste
 * at all; energy finds hardly anything that these two do not. Measured: docs/decisions/evaluation.md.
 */
const tails = { energy: 0.1, confidence: 1, novelty: 0.3 }

/**
 * The three tests TOGETHER let at least 95 % of the correctly classified validation photos pass. Each cuts photos off
 * from its own end, in the proportion of `tails`; as many as can be while the union is not more than 5 % (found by
 * bisection: the union grows with the number). Wrongly classified photos have no say: it is no harm when they go to
 * review.
 *
 * With fewer than 100 correctly classified photos, novelty's limit comes from all photos outside TEST, which it can be measured on
 * without labels. With fewer than 20 the logits' tests hardly can be set: the reference constants hold, loosened so that none of
 * those few is refused, and energy's as far beyond the last of them as that lies beyond the median.
 *
 * @param leftOut novelty of training photos, each as a model says it that has not seen it; called where it is needed
 * @throws Error when a score is not finite
 */
export function findThresholds(
  validation: readonly ValidationScore[],
  leftOut: () => readonly number[] = () => [],
): Thresholds {
  const known = validation.filter((row) => row.correct)
  for (const row of known) {
    if (![row.energy, row.confidence, row.novelty ?? 0].every(Number.isFinite)) {
      throw new Error(`a validation score is not finite: ${JSON.stringify(row)}`)
    }
  }
  const predicted =
    known.length < fewestForNoveltyQuantile
      ? predictedNovelty([...leftOut(), ...validation.flatMap(noveltyIn)])
      : undefined
  if (known.length < fewestPhotos) {
    return {
      energy: Math.max(referenceThresholds.energy, beyondTheLast(known.map((row) => row.energy))),
      confidence: Math.min(referenceThresholds.confidence, ...known.map((row) => row.confidence)),
      novelty: predicted ?? null,
    }
  }

  const energies = known.map((row) => row.energy).sort((a, b) => b - a)
  const confidences = known.map((row) => row.confidence).sort((a, b) => a - b)
  const novelties = known.flatMap(noveltyIn).sort((a, b) => b - a)
  const measuresNovelty = novelties.length === known.length
  const budget = Math.floor(known.length * (1 - shareKept) + 1e-9)
  const noveltyAt = (count: number) =>
    predicted === undefined
      ? at(novelties, Math.floor(tails.novelty * count))
      : Math.max(predicted, at(novelties, budget)) // that alone it refuses no more than all three may
  const cutting = (count: number): Thresholds => ({
    energy: at(energies, Math.floor(tails.energy * count)),
    confidence: at(confidences, Math.floor(tails.confidence * count)),
    novelty: measuresNovelty ? noveltyAt(count) : null,
  })
  const refused = (limits: Thresholds) => known.filter((row) => isRefused(row, limits)).length

  let fits = 0
  let tooMany = budget + 1
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    if (refused(cutting(middle)) <= budget) fits = middle
    else tooMany = middle
  }
  return cutting(fits)
}

/** The same comparisons as `oodVerdict`, on scores that are there already. */
export const isRefused = (row: Omit<ValidationScore, 'correct'>, limits: Thresholds): boolean =>
  row.energy > limits.energy ||
  row.confidence < limits.confidence ||
  (limits.novelty !== null && row.novelty !== null && row.novelty > limits.novelty)

/** The first photo that is not cut off is the limit, and passes: the tests are strict inequalities. */
function at(sorted: readonly number[], index: number): number {
  const value = sorted[index]
  if (value === undefined) throw new Error(`no score at ${index} of ${sorted.length}`)
  return value
}

const noveltyIn = ({ novelty }: ValidationScore): number[] => (novelty === null ? [] : [novelty])

/** As far beyond the greatest as that lies beyond the median. */
function beyondTheLast(values: readonly number[]): number {
  if (values.length === 0) return -Infinity
  const sorted = values.toSorted((a, b) => b - a)
  return 2 * at(sorted, 0) - at(sorted, Math.floor(sorted.length / 2))
}

/**
 * The next photo of the same kind lies below with 97.5 %, half of what the tests may refuse: mean + t * s * sqrt(1 + 1/n) of the
 * logarithms (Hahn & Meeker, Statistical Intervals, 1991, section 4.7), since residuals of principal components are skewed to the
 * right. A quantile of so few would be the word of the strangest one. @returns undefined with too few for a spread
 */
function predictedNovelty(novelties: readonly number[]): number | undefined {
  const n = novelties.length
  if (n < fewestForNovelty) return undefined
  if (!novelties.every(Number.isFinite)) throw new Error('a novelty is not finite')
  const logs = novelties.map((novelty) => Math.log(Math.max(novelty, Number.EPSILON)))
  const mean = logs.reduce((sum, log) => sum + log, 0) / n
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (n - 1))
  return Math.exp(mean + student975(n - 1) * deviation * Math.sqrt(1 + 1 / n))
}

/** Student's t that 97.5 % lie below; 0.3 % too low with 4 degrees of freedom, and nearer with more (Abramowitz & Stegun 26.7.5). */
function student975(degrees: number): number {
  const z = 1.959964
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  )
}
