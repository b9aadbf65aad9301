/** Where on a photo the network has an answer from, as somebody can look at it. */
import { HEAT } from '../model/network/heat.js'
import { argmax, softmax } from './ood.js'

export interface HeatMap {
  readonly width: number
  readonly height: number
  /** Row by row from the top left corner, 0 to 1. */
  readonly values: readonly number[]
}

/** Of 0 to 1: nobody sees less, and an answer has a third of the bytes. */
const steps = 1_000

/** @returns the grids of a model's outputs, [side, side, classes] each */
export const evidenceIn = (outputs: Readonly<Record<string, Float32Array>>): Float32Array[] =>
  Object.entries(outputs).flatMap(([name, values]) => (name.startsWith(HEAT) ? [values] : []))

/**
 * Where the photo speaks for the most likely class c against the others: the evidence for its log-odds, ln(p / (1 - p)) by softmax,
 *
 *   e_c - sum over k ≠ c of p_k / (1 - p_c) * e_k,
 *
 * less where that is below 0, in shares of its largest value. Grids are added, each brought to the finest by bilinear interpolation:
 * all of them lie over the whole photo. On composed photos, the thing in one half and a plain ground in the other, 69 % of it lies
 * in the half with the thing; of the evidence for the class by itself 64 % (docs/decisions/serving.md).
 * @param evidence [side, side, classes] each @param logits [classes]
 * @returns null when there is no grid; nothing but 0 when nothing speaks for the class
 */
export function heatMapOf(evidence: readonly Float32Array[], logits: Float32Array): HeatMap | null {
  if (evidence.length === 0) return null
  const best = argmax(logits)
  const weights = softmax(logits.with(best, -Infinity)).map((share) => -share)
  weights[best] = 1
  const grids = evidence.map((values) => weighed(values, weights))
  const side = Math.max(...grids.map(sideOf))
  const sum = new Float64Array(side * side)
  for (const grid of grids) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + at(grid, i, side)
  const largest = sum.reduce((max, value) => Math.max(max, value), 0)
  const share = (value: number) => (value > 0 ? Math.round((steps * value) / largest) / steps : 0)
  return { width: side, height: side, values: Array.from(sum, share) }
}

/** @returns at each position the sum over classes */
function weighed(evidence: Float32Array, weights: Float64Array): Float64Array {
  const sums = new Float64Array(evidence.length / weights.length)
  evidence.forEach((value, i) => {
    const position = Math.floor(i / weights.length)
    sums[position] = (sums[position] as number) + value * (weights[i % weights.length] as number)
  })
  return sums
}

/** Photos are square to the network, and so is every map of it. */
const sideOf = (grid: Float64Array) => Math.round(Math.sqrt(grid.length))

/** @param i a position of a grid of `side`; the middle of it is looked up */
function at(grid: Float64Array, i: number, side: number): number {
  const own = sideOf(grid)
  const [x, y] = [between(i % side, side, own), between(Math.floor(i / side), side, own)]
  const row = (line: number) =>
    (grid[line * own + x.low] as number) * (1 - x.share) + (grid[line * own + x.high] as number) * x.share
  return row(y.low) * (1 - y.share) + row(y.high) * y.share
}

/** The places of a grid of `own` that one of a grid of `side` lies between, and its share of the way. */
function between(place: number, side: number, own: number) {
  const exact = Math.min(Math.max(((place + 0.5) * own) / side - 0.5, 0), own - 1)
  const low = Math.floor(exact)
  return { low, high: Math.min(low + 1, own - 1), share: exact - low }
}
