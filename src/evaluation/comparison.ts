/** The new model beside the one that serves, on the same photos: `comparison.json`. */
import { deltaIntervals, type Interval, type PairedMetric } from './intervals.js'
import { mcnemar, mcnemarWorse } from './mcnemar.js'
import { crossEntropies, metricsOf, predictions, type Metrics } from './metrics.js'
import {
  hardFall,
  recommend,
  significance,
  type Duel,
  type Facts,
  type Fall,
  type Recommendation,
} from './recommendation.js'

export interface Contender {
  /** In the order of its logits. */
  classLabels: readonly string[]
  /** [N, its classes], row-major, of the same N photos in the same order */
  logits: Float32Array
  /** Photos it was trained on. */
  trainingImages: number
  /** Those of its classes that it was shown. Left out: all. */
  knows?: readonly string[]
}

export interface ComparisonInput {
  candidate: Contender
  /** null: nothing serves yet. */
  baseline: Contender | null
  /** [N] class of each photo; the candidate knows them all. */
  truth: readonly string[]
  /** Test photos left out because the older model was trained on them. */
  leftOut?: number
  /** Classes of the version without a training photo, and their test photos: neither model is asked for these. */
  untrainable?: Facts['untrainable']
}

export interface Delta {
  metric: PairedMetric
  baseline: number
  candidate: number
  delta: number
  /** 95 % interval of `delta`; null where chance leaves it undefined too often, and in comparisons of earlier WasteX left out. */
  low?: number | null
  high?: number | null
}

export interface Comparison {
  testImages: number
  /** Without those that are undefined for one of the two. Loss: on the photos whose class both know. */
  deltas: Delta[]
  pValue: number
  discordant: { fixed: number; broken: number }
  /** The same on photos of classes that both know; null: they know the same classes. */
  shared: Duel | null
  /** Known to the candidate alone. */
  newClasses: string[]
  recommendation: Recommendation
  /** Plain sentences with figures. */
  reasons: string[]
}

/**
 * @returns null without a baseline
 * @throws Error when shapes do not match or the candidate does not know a photo's class
 */
export function compare(input: ComparisonInput): Comparison | null {
  const { candidate, baseline, truth, leftOut = 0, untrainable = { classLabels: [], testImages: 0 } } = input
  if (!baseline) return null
  const known = baseline.knows ?? baseline.classLabels
  const newClasses = candidate.classLabels.filter((label) => !known.includes(label))
  const lostClasses = known.filter((label) => !candidate.classLabels.includes(label))
  const bothKnow = truth.map((label) => known.includes(label))
  const after = score(candidate, truth, candidate.classLabels, bothKnow)
  const before = score(baseline, truth, candidate.classLabels, bothKnow)
  const everyPhoto = truth.map(() => true)
  const all = duel(before.right, after.right, everyPhoto)
  const shared = duel(before.right, after.right, bothKnow)
  const facts: Facts = {
    all,
    shared,
    newClasses,
    lostClasses,
    fallen: fallenClasses(before, after, truth, [...candidate.classLabels]),
    morePhotos: candidate.trainingImages - baseline.trainingImages,
    leftOut,
    untrainable,
  }
  return {
    testImages: truth.length,
    deltas: deltasOf(
      before.metrics,
      after.metrics,
      deltaIntervals({
        classes: candidate.classLabels.length,
        truth: truth.map((label) => candidate.classLabels.indexOf(label)),
        before: before.predicted,
        after: after.predicted,
        lossBefore: before.losses,
        lossAfter: after.losses,
      }),
    ),
    pValue: all.pValue,
    discordant: { fixed: all.fixed, broken: all.broken },
    shared: newClasses.length + lostClasses.length > 0 ? shared : null,
    newClasses,
    ...recommend(facts),
  }
}

interface Scored {
  metrics: Metrics
  right: boolean[]
  /** [N], indices into the candidate's classes; -1: none of them. */
  predicted: number[]
  /** [N]; NaN for photos that do not count in the loss. */
  losses: Float64Array
}

/** Scores a model in the candidate's classes; a prediction that is none of them is wrong. */
function score(model: Contender, truth: readonly string[], classLabels: readonly string[], inLoss: boolean[]): Scored {
  const classes = model.classLabels.length
  if (model.logits.length !== truth.length * classes) {
    throw new Error(`${model.logits.length} logits are not ${truth.length} photos x ${classes} classes`)
  }
  const targets = truth.map((label) => classLabels.indexOf(label))
  const place = model.classLabels.map((label) => classLabels.indexOf(label))
  const predicted = Array.from(predictions(model.logits, classes), (own) => place[own] ?? -1)
  const counted = truth.flatMap((label, i) => (inLoss[i] ? [{ i, own: model.classLabels.indexOf(label) }] : []))
  const logits = Float32Array.from(
    counted.flatMap(({ i }) => [...model.logits.subarray(i * classes, (i + 1) * classes)]),
  )
  const entropies = crossEntropies(
    counted.map(({ own }) => own),
    logits,
    classes,
  )
  const losses = new Float64Array(truth.length).fill(Number.NaN)
  counted.forEach(({ i }, at) => (losses[i] = entropies[at] ?? Number.NaN))
  const loss = counted.length > 0 ? entropies.reduce((sum, own) => sum + own, 0) / counted.length : null
  return {
    metrics: metricsOf(classLabels, targets, predicted, loss),
    right: targets.map((target, i) => target === predicted[i]),
    predicted,
    losses,
  }
}

function duel(before: readonly boolean[], after: readonly boolean[], counts: readonly boolean[]): Duel {
  const at = counts.flatMap((counted, i) => (counted ? [i] : []))
  const fixed = at.filter((i) => after[i] && !before[i]).length
  const broken = at.filter((i) => before[i] && !after[i]).length
  return { testImages: at.length, fixed, broken, pValue: mcnemar(fixed, broken) }
}

function fallenClasses(before: Scored, after: Scored, truth: readonly string[], classLabels: string[]): Fall[] {
  return classLabels.flatMap((classLabel) => {
    const of = truth.map((label) => label === classLabel)
    const { fixed, broken, testImages } = duel(before.right, after.right, of)
    const fell = testImages > 0 && (broken - fixed) / testImages >= hardFall
    if (!fell || mcnemarWorse(fixed, broken) >= significance) return []
    const recall = (right: readonly boolean[]) => right.filter((r, i) => r && of[i]).length / testImages
    return [{ classLabel, before: recall(before.right), after: recall(after.right), testImages }]
  })
}

function deltasOf(before: Metrics, after: Metrics, intervals: Partial<Record<PairedMetric, Interval>>): Delta[] {
  return (['accuracy', 'macroF1', 'loss', 'precision', 'recall'] as const).flatMap((metric) => {
    const [baseline, candidate] = [before[metric], after[metric]]
    if (baseline === null || candidate === null) return []
    const { low = null, high = null } = intervals[metric] ?? {}
    return [{ metric, baseline, candidate, delta: candidate - baseline, low, high }]
  })
}
