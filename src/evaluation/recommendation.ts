/**
 * What the owner of a service would do with a new model: a difference that chance explains is not "better", a change
 * must be worth it, and an average must not hide a class.
 */

import { quoted } from '../quoted.js'

/** A difference that chance makes at most once in twenty comparisons counts. */
export const significance = 0.05
/** Below it no figure says much about the photos to come: 30 right of 30 still allows one wrong in ten. */
const fewestPhotos = 30
/** Of fewer photos of new classes nothing is to be told: 7 right of 9 allow 40 to 97 % (95 %, Clopper and Pearson). */
const enoughOfNew = 10
/** A model that learned from more may be so much less accurate at worst (95 % sure) and still take over. */
const toleratedLoss = 0.03
/** A class whose recall falls by so much, beyond chance, is a person's business, whatever the average says. */
export const hardFall = 0.1

export type Recommendation = 'PROMOTE' | 'KEEP' | 'REVIEW'

/** Photos on which exactly one of the two is right, and the exact McNemar test on them. */
export interface Duel {
  testImages: number
  /** Wrong before, right now. */
  fixed: number
  broken: number
  pValue: number
}

export interface Fall {
  classLabel: string
  before: number
  after: number
  testImages: number
}

export interface Facts {
  all: Duel
  shared: Duel
  newClasses: readonly string[]
  lostClasses: readonly string[]
  fallen: readonly Fall[]
  /** Trained on so many more than the baseline. */
  morePhotos: number
  leftOut: number
  /** Classes of the version without a training photo: the new model does not know them, so their test photos do not count. */
  untrainable: { readonly classLabels: readonly string[]; readonly testImages: number }
}

/** The rules, in order; `docs/decisions/evaluation.md` argues for them. */
export function recommend(facts: Facts): { recommendation: Recommendation; reasons: string[] } {
  const { all, shared, newClasses, lostClasses, fallen, morePhotos, leftOut, untrainable } = facts
  const reasons = [describe(all, 'test photos')]
  const decide = (recommendation: Recommendation, reason: string) => ({ recommendation, reasons: [...reasons, reason] })

  if (leftOut > 0) reasons.push(`${photos(leftOut)} of the test split left out: the older model was trained on them.`)
  if (untrainable.classLabels.length > 0)
    reasons.push(
      `It does not know ${quoted(untrainable.classLabels)}, because the version has no training photo of ${untrainable.classLabels.length === 1 ? 'that class' : 'these classes'}; ${photos(untrainable.testImages)} of the test split left out for that.`,
    )
  if (newClasses.length > 0) {
    const unknown = all.testImages - shared.testImages
    reasons.push(`It also knows ${quoted(newClasses)}; the older model cannot be right on their ${photos(unknown)}.`)
    if (unknown < enoughOfNew) reasons.push(`So few do not tell how well it knows ${quoted(newClasses)}.`)
    reasons.push(describe(shared, 'of the classes both know'))
  }
  if (all.testImages < fewestPhotos) {
    return decide('REVIEW', `${photos(all.testImages)} are too few to judge by (fewer than ${fewestPhotos}).`)
  }
  if (lostClasses.length > 0) return decide('REVIEW', `It no longer knows ${quoted(lostClasses)}.`)

  const worse = shared.broken > shared.fixed && shared.pValue < significance
  const better = shared.fixed > shared.broken && shared.pValue < significance
  if (worse && newClasses.length === 0)
    return decide('KEEP', 'The older model is better, and chance does not explain it.')
  if (worse)
    return decide('REVIEW', 'It knows more classes, but is worse on those that both know: weigh one against the other.')
  if (fallen.length > 0) {
    for (const fall of fallen) {
      reasons.push(
        `“${fall.classLabel}”: recall fell from ${percent(fall.before)} to ${percent(fall.after)} on ${photos(fall.testImages)}.`,
      )
    }
    return decide('REVIEW', 'A class got much worse, whatever the average says.')
  }
  if (better) return decide('PROMOTE', 'It is better, and chance does not explain it.')

  if (newClasses.length === 0 && morePhotos <= 0) {
    return decide('KEEP', 'Chance explains the difference, and it learned from no more than the older model did.')
  }
  const gain = newClasses.length > 0 ? 'knows more classes' : `learned from ${photos(morePhotos)} more`
  const floor = lowestDifference(shared)
  if (floor >= -toleratedLoss) {
    return decide(
      'PROMOTE',
      `It ${gain}, and is at worst ${points(-floor)} less accurate (95 % sure; ${points(toleratedLoss)} are tolerated).`,
    )
  }
  return decide(
    'REVIEW',
    `It ${gain}, but may be up to ${points(-floor)} less accurate (95 % sure; ${points(toleratedLoss)} are tolerated).`,
  )
}

/**
 * The difference of accuracies is above it, 95 % sure: one-sided bound for matched proportions. Agresti, Min: Simple
 * improved confidence intervals for comparing matched proportions, Statistics in Medicine 2005 (half a photo is added
 * to each of the four cells, which keeps the interval honest when few photos are discordant).
 */
export function lowestDifference({ testImages, fixed, broken }: Omit<Duel, 'pValue'>): number {
  const n = testImages + 2
  const difference = (fixed - broken) / n
  const error = Math.sqrt(fixed + broken + 1 - (fixed - broken) ** 2 / n) / n
  return Math.max(-1, difference - normalQuantile95 * error)
}
const normalQuantile95 = 1.6448536269514722

function describe({ testImages, fixed, broken, pValue }: Duel, which: string): string {
  const what = which === 'test photos' ? `${testImages} test photos` : `${photos(testImages)} ${which}`
  if (testImages === 0) return `No ${which === 'test photos' ? which : `photo ${which}`} to compare on.`
  const difference = (fixed - broken) / testImages
  const change =
    difference === 0 ? 'as accurate' : `${points(Math.abs(difference))} ${difference > 0 ? 'more' : 'less'} accurate`
  const p = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`
  return `On ${what} it is ${change}: ${fixed} fixed, ${broken} broken (exact McNemar, ${p}).`
}

const photos = (count: number) => (count === 1 ? '1 photo' : `${count} photos`)
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const points = (share: number) => {
  const figure = Math.max(0, 100 * share).toFixed(1)
  return figure === '1.0' ? '1.0 point' : `${figure} points`
}
