/** How good a model is on a set of photos: the figures of `metrics.json`. */
import { argmax, logSumExp } from '../predictions/ood.js'

export interface ClassMetrics {
  classLabel: string
  precision: number | null
  recall: number | null
  f1: number | null
  /** Test photos of this class. */
  support: number
}

export interface ConfusionMatrix {
  classLabels: string[]
  /** counts[truth][predicted]; its sum may fall short of the photos when some are predicted as none of the classes. */
  counts: number[][]
}

/**
 * A metric that is undefined is null and left out of the macro means (as scikit-learn's `zero_division=np.nan`, its pull
 * request 25531): 0/0 says nothing about the model, and 0 would read as a terrible score. Everything is null without
 * photos. Serialisable as JSON: nothing is NaN or infinite.
 */
export interface Metrics {
  /** Mean cross entropy, natural logarithm. */
  loss: number | null
  accuracy: number | null
  /** Macro means: every class weighs the same, however many photos it has. */
  precision: number | null
  recall: number | null
  /** Mean of the classes' F1 (Opitz, Burst: Macro F1 and Macro F1, 2019: the more robust of the two that bear the name). */
  macroF1: number | null
  testImages: number
  perClass: ClassMetrics[]
  confusionMatrix: ConfusionMatrix
}

export interface ScoredPhotos {
  /** In the order of the logits. */
  classLabels: readonly string[]
  /** [N], indices into `classLabels` */
  truth: ArrayLike<number>
  /** [N, classes], row-major */
  logits: Float32Array
}

/** @throws Error when shapes, labels or logits make no sense: a bug of the caller */
export function evaluate({ classLabels, truth, logits }: ScoredPhotos): Metrics {
  const classes = classLabels.length
  if (logits.length !== truth.length * classes) {
    throw new Error(`${logits.length} logits are not ${truth.length} photos x ${classes} classes`)
  }
  const predicted = predictions(logits, classes)
  return metricsOf(classLabels, truth, predicted, meanCrossEntropy(truth, logits, classes))
}

/** @returns int32 [N], the class of each photo; a tie goes to the first class */
export function predictions(logits: Float32Array, classes: number): Int32Array {
  const photos = classes === 0 ? 0 : logits.length / classes
  return Int32Array.from({ length: photos }, (_, i) => argmax(logits.subarray(i * classes, (i + 1) * classes)))
}

/** @returns null without photos */
export function meanCrossEntropy(truth: ArrayLike<number>, logits: Float32Array, classes: number): number | null {
  const sum = crossEntropies(truth, logits, classes).reduce((total, own) => total + own, 0)
  return truth.length === 0 ? null : sum / truth.length
}

/** @returns [N]. -ln(softmax(f)[y]) = logsumexp(f) - f[y] is finite for whatever finite logits. */
export function crossEntropies(truth: ArrayLike<number>, logits: Float32Array, classes: number): Float64Array {
  return Float64Array.from({ length: truth.length }, (_, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes)
    const own = logSumExp(row) - (row[truth[i] ?? -1] ?? Number.NaN)
    if (!Number.isFinite(own)) throw new Error('a logit is not finite, or a truth is no class')
    return own
  })
}

/** From predictions alone. A prediction below 0 is none of the classes: wrong, whatever the truth. */
export function metricsOf(
  classLabels: readonly string[],
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  loss: number | null,
): Metrics {
  const counts = classLabels.map(() => classLabels.map(() => 0))
  const support = classLabels.map(() => 0)
  let correct = 0
  for (let i = 0; i < truth.length; i++) {
    const [t, p] = [truth[i] ?? -1, predicted[i] ?? -1]
    if (!(t in support)) throw new Error(`photo ${i}: ${t} is no class`)
    support[t] = (support[t] ?? 0) + 1
    const row = counts[t]
    if (row && p in row) row[p] = (row[p] ?? 0) + 1
    if (t === p) correct++
  }
  const perClass = classLabels.map((classLabel, c): ClassMetrics => {
    const photos = support[c] ?? 0
    const hits = counts[c]?.[c] ?? 0
    const named = counts.reduce((sum, row) => sum + (row[c] ?? 0), 0)
    if (photos === 0) return { classLabel, precision: null, recall: null, f1: null, support: 0 }
    return {
      classLabel,
      precision: ratio(hits, named),
      recall: ratio(hits, photos),
      // 2TP / (2TP + FP + FN) is defined where precision is not: a class that is never named has an F1 of 0.
      f1: ratio(2 * hits, photos + named),
      support: photos,
    }
  })
  return {
    loss,
    accuracy: ratio(correct, truth.length),
    precision: mean(perClass.map((c) => c.precision)),
    recall: mean(perClass.map((c) => c.recall)),
    macroF1: mean(perClass.map((c) => c.f1)),
    testImages: truth.length,
    perClass,
    confusionMatrix: { classLabels: [...classLabels], counts },
  }
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole)

function mean(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null)
  return ratio(
    defined.reduce((sum, value) => sum + value, 0),
    defined.length,
  )
}
