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
 * With fewer than 20 correctly classified photos: the reference constants, loosened to where none of those few would be
 * refused; for novelty, which has no constant, as far beyond the farthest as that lies beyond the median, and no test at
 * all with fewer than 5. Too lenient rather than sending everything to a person.
 *
 * @throws Error when a score is not finite
 */
export function findThresholds(validation: readonly ValidationScore[]): Thresholds {
  const known = validation.filter((row) => row.correct)
  for (const row of known) {
    if (![row.energy, row.confidence, row.novelty ?? 0].every(Number.isFinite)) {
      throw new Error(`a validation score is not finite: ${JSON.stringify(row)}`)
    }
  }
  if (known.length < fewestPhotos) {
    return {
      energy: Math.max(referenceThresholds.energy, ...known.map((row) => row.energy)),
      confidence: Math.min(referenceThresholds.confidence, ...known.map((row) => row.confidence)),
      novelty: known.length < fewestForNovelty ? null : beyondTheFarthest(known.flatMap((row) => row.novelty ?? [])),
    }
  }

  const energies = known.map((row) => row.energy).sort((a, b) => b - a)
  const confidences = known.map((row) => row.confidence).sort((a, b) => a - b)
  const novelties = known.flatMap((row) => row.novelty ?? []).sort((a, b) => b - a)
  const measuresNovelty = novelties.length === known.length
  const cutting = (count: number): Thresholds => ({
    energy: at(energies, Math.floor(tails.energy * count)),
    confidence: at(confidences, Math.floor(tails.confidence * count)),
    novelty: measuresNovelty ? at(novelties, Math.floor(tails.novelty * count)) : null,
  })
  const refused = (limits: Thresholds) => known.filter((row) => isRefused(row, limits)).length

  const budget = Math.floor(known.length * (1 - shareKept) + 1e-9)
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

function beyondTheFarthest(novelties: readonly number[]): number | null {
  if (novelties.length === 0) return null
  const sorted = novelties.toSorted((a, b) => b - a)
  return 2 * at(sorted, 0) - at(sorted, Math.floor(sorted.length / 2))
}
