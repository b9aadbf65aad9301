/**
 * Probabilities that mean what they say: of photos that are named with 80 %, eight of ten are to be named rightly. A network's softmax
 * is too sure, or (trained with smoothed labels) too modest. Temperature scaling: softmax(logits / T), with the one T that makes the
 * validation photos' mean cross entropy least (Guo et al. 2017, arXiv:1706.04599). It changes no class and no order.
 */
import { argmax, softmax } from '../predictions/ood.js'

interface Scored {
  /** [N], indices of classes */
  truth: ArrayLike<number>
  /** [N, classes], row-major */
  logits: Float32Array
  classes: number
}

/** With fewer validation photos, T is the word of a few. Measured: docs/decisions/evaluation.md. */
const fewestPhotos = 20
const range = { from: Math.log(0.05), to: Math.log(20) }
/** ln T to 1e-8. */
const steps = 30

/**
 * In 1 / T the cross entropy is convex: its slope only grows, and is halved down to where it is 0.
 *
 * @returns T, 0.05 to 20; null with fewer than 20 photos, and where the least lies beyond that range: with every photo named rightly
 * it is at T = 0, and the model would call itself certain of whatever it sees; named worse than by chance, there is nothing to be sure of.
 */
export function findTemperature(scored: Scored): number | null {
  if (scored.truth.length < fewestPhotos) return null
  const isBelowLeast = (lnT: number) => slope(scored, Math.exp(lnT)) > 0
  let { from, to } = range
  if (!isBelowLeast(from) || isBelowLeast(to)) return null
  for (let step = 0; step < steps; step++) {
    const middle = (from + to) / 2
    if (isBelowLeast(middle)) from = middle
    else to = middle
  }
  return Math.exp((from + to) / 2)
}

/** Of the summed cross entropy -ln(softmax(f / T)[y]) in 1 / T: the sum of softmax(f / T)[k] (f[k] - f[y]). Above 0: T is too low. */
function slope({ truth, logits, classes }: Scored, temperature: number): number {
  let sum = 0
  for (let i = 0; i < truth.length; i++) {
    const own = logits.subarray(i * classes, (i + 1) * classes)
    const ofTruth = own[truth[i] ?? -1] ?? Number.NaN
    softmax(own, temperature).forEach((probability, k) => (sum += probability * ((own[k] ?? Number.NaN) - ofTruth)))
  }
  if (Number.isNaN(sum)) throw new Error('a logit is not a number, or a truth is no class')
  return sum
}

const bins = 15

/**
 * Expected calibration error of softmax(logits / T): photos are sorted into 15 bins by the probability of their prediction, each with
 * its upper end and without its lower; the mean, over photos, of how far a bin's share of right ones lies from its mean probability
 * (Guo et al. 2017, equation 3).
 * @returns 0 to 1; null without photos
 */
export function calibrationError({ truth, logits, classes }: Scored, temperature = 1): number | null {
  const photos = truth.length
  if (photos === 0) return null
  /** Right ones less the sum of their probabilities. */
  const gaps = new Float64Array(bins)
  for (let i = 0; i < photos; i++) {
    const probabilities = softmax(logits.subarray(i * classes, (i + 1) * classes), temperature)
    const predicted = argmax(probabilities)
    const probability = probabilities[predicted] ?? 0
    const bin = Math.min(bins, Math.ceil(probability * bins)) - 1
    gaps[bin] = (gaps[bin] ?? 0) + Number(predicted === truth[i]) - probability
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / photos
}
