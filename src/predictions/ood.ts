/**
 * Is a photo one that the model can name? Energy and confidence doubt the logits; novelty doubts the photo
 * (`predictions/novelty.ts`). One of the three is enough to send it to review.
 */
import type { OodReason } from '../db.js'
import type { Thresholds } from '../model/card.js'

/** Constants of the reference deployment. They belong to that model's logits; it had no novelty test. T = 1. */
export const referenceThresholds: Thresholds = { energy: -4.338604, confidence: 0.7, novelty: null }

/** ln(sum(exp(x))) with the largest term taken out first, so that logits of 1e4 neither overflow nor vanish. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = -Infinity
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i] ?? Number.NaN)
  if (!Number.isFinite(largest)) return largest
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] ?? Number.NaN) - largest)
  return largest + Math.log(sum)
}

/**
 * E(x) = -T * ln(sum(exp(f_i(x) / T))): low for what the model knows.
 * Liu, Wang, Owens, Li: Energy-based Out-of-distribution Detection, NeurIPS 2020, equation 4.
 *
 * @param logits float [classes]
 */
export function energy(logits: ArrayLike<number>, temperature = 1): number {
  return -temperature * logSumExp(temperature === 1 ? logits : Float64Array.from(logits, (f) => f / temperature))
}

/** exp(f_i / T) / sum(exp(f_k / T)). @returns float64 [classes] that sums to 1 */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  const scaled = Float64Array.from(logits, (f) => f / temperature)
  const total = logSumExp(scaled)
  return scaled.map((f) => Math.exp(f - total))
}

/** The index of the largest; of several, the first, as NumPy has it. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if ((values[i] ?? -Infinity) > (values[best] ?? -Infinity)) best = i
  return best
}

export interface OodVerdict {
  energy: number
  /** The largest softmax probability. */
  confidence: number
  /** Why the photo is out of distribution; empty: it is not. */
  reasons: OodReason[]
}

/** @param photo.novelty null or NaN where the model measures none */
export function oodVerdict(
  photo: { logits: ArrayLike<number>; novelty: number | null },
  limits: Thresholds,
): OodVerdict {
  const scores = {
    energy: energy(photo.logits),
    confidence: Math.exp((photo.logits[argmax(photo.logits)] ?? Number.NaN) - logSumExp(photo.logits)),
  }
  const reasons: OodReason[] = []
  if (scores.energy > limits.energy) reasons.push('ENERGY')
  if (scores.confidence < limits.confidence) reasons.push('CONFIDENCE')
  if (limits.novelty !== null && photo.novelty !== null && photo.novelty > limits.novelty) reasons.push('NOVELTY')
  return { ...scores, reasons }
}
