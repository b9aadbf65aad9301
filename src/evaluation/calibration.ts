/**
 * Probabilities that mean what they say: of photos that are named with 80 %, eight of ten are to be named rightly. A network's softmax
 * is too sure, or (trained with smoothed labels) too modest. Temperature scaling: softmax(logits / T), with the one T that makes the
 * validation photos' mean cross entropy least (Guo et al. 2017, arXiv:1706.04599). It changes no class and no order.
 */
import { argmax, softmax } from '../predictions/ood.js'
import { meanCrossEntropy } from './metrics.js'

interface Scored {
  /** [N], indices of classes */
  truth: ArrayLike<number>
  /** [N, classes], row-major */
  logits: Float32Array
  classes: number
}

/** With fewer validation photos, T is the word of a few. */
const fewestPhotos = 20
const range = { from: Math.log(0.05), to: Math.log(20) }
const golden = (Math.sqrt(5) - 1) / 2
/** ln T to 1e-6. */
const steps = 34

/** By golden section over ln T, in which the cross entropy has one valley. @returns T, 0.05 to 20; null with too few photos */
export function findTemperature({ truth, logits, classes }: Scored): number | null {
  if (truth.length < fewestPhotos) return null
  const loss = (lnT: number) => meanCrossEntropy(truth, scaled(logits, Math.exp(lnT)), classes) ?? 0
  let { from, to } = range
  let [low, high] = [to - golden * (to - from), from + golden * (to - from)]
  let [atLow, atHigh] = [loss(low), loss(high)]
  for (let step = 0; step < steps; step++) {
    if (atLow < atHigh) {
      to = high
      ;[high, atHigh] = [low, atLow]
      low = to - golden * (to - from)
      atLow = loss(low)
    } else {
      from = low
      ;[low, atLow] = [high, atHigh]
      high = from + golden * (to - from)
      atHigh = loss(high)
    }
  }
  return Math.exp((from + to) / 2)
}

export const scaled = (logits: Float32Array, temperature: number): Float32Array =>
  logits.map((logit) => logit / temperature)

const bins = 15

/**
 * Expected calibration error: photos are sorted into 15 bins by the probability of their prediction; the mean, over photos, of how far
 * a bin's share of right ones lies from its mean probability (Guo et al. 2017, equation 3).
 * @returns 0 to 1; null without photos
 */
export function calibrationError({ truth, logits, classes }: Scored): number | null {
  const photos = truth.length
  if (photos === 0) return null
  const right = new Float64Array(bins)
  const sure = new Float64Array(bins)
  for (let i = 0; i < photos; i++) {
    const own = logits.subarray(i * classes, (i + 1) * classes)
    const predicted = argmax(own)
    const probability = softmax(own)[predicted] ?? 0
    const bin = Math.min(bins - 1, Math.floor(probability * bins))
    right[bin] = (right[bin] ?? 0) + Number(predicted === truth[i])
    sure[bin] = (sure[bin] ?? 0) + probability
  }
  return right.reduce((sum, own, bin) => sum + Math.abs(own - (sure[bin] ?? 0)), 0) / photos
}
