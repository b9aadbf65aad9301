/**
 * A network in whole numbers of 8 bits (Jacob et al. 2018, arXiv:1712.05877, section 2): a map is uint8 in steps of one scale,
 * zero at 0, for nothing in it is negative; a kernel int8 in steps of a scale a filter, symmetric; sums are int32.
 */
import type { Convolution } from '../weights/backbone.js'
import { PIXELS, type Network } from './node.js'

/** Value of one step, by node; of the pixels too. */
export type Scales = ReadonlyMap<string, number>

const mapSteps = 255
const kernelSteps = 127
/** A map in which nothing was ever seen to be positive still needs a scale. */
const smallestRange = 1e-6
/** Half of what an int32 holds: the other half is for the sum that the bias is added to. */
const biasSteps = 2 ** 30

/**
 * Maps that are joined, and what pools make of a map, share the scale of the largest: then a join is a copy and a maximum a
 * comparison, and neither rounds.
 * @param largest value seen, by convolution
 */
export function scalesOf(network: Network, largest: ReadonlyMap<string, number>): Scales {
  const groups = new Map<string, Set<string>>(network.map(({ name }) => [name, new Set([name])]))
  for (const { op, name, inputs } of network) {
    if (op === 'conv') continue
    const together = new Set([name, ...inputs].flatMap((one) => [...(groups.get(one) ?? [])]))
    for (const one of together) groups.set(one, together)
  }
  const rangeOf = (names: Iterable<string>) =>
    Math.max(smallestRange, ...Array.from(names, (name) => largest.get(name) ?? 0))
  // Pixels come from bytes: in steps of 1/255 they lose nothing.
  return new Map([
    [PIXELS, 1 / 255],
    ...Array.from(groups, ([name, together]) => [name, rangeOf(together) / mapSteps] as const),
  ])
}

export interface QuantisedConvolution {
  /** int8, in the order of the given kernel */
  readonly kernel: Int8Array
  /** Of the kernel, a filter. */
  readonly scales: Float32Array
  /** int32 [filters], in steps of input scale x kernel scale */
  readonly bias: Int32Array
}

/**
 * @param kernel float32 [filters, ...]
 * @param inputScale of the map that comes in
 */
export function quantise(kernel: Float32Array, bias: Convolution['bias'], inputScale: number): QuantisedConvolution {
  const length = kernel.length / bias.length
  const scales = new Float32Array(bias.length)
  const quantised = new Int8Array(kernel.length)
  const steps = new Int32Array(bias.length)
  bias.forEach((offset, filter) => {
    const weights = kernel.subarray(filter * length, (filter + 1) * length)
    const largest = weights.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0)
    // A filter of tiny weights and a large bias: the bias has to fit as well.
    const scale = Math.max(largest / kernelSteps, Math.abs(offset) / (inputScale * biasSteps), Number.MIN_VALUE)
    scales[filter] = scale
    weights.forEach((weight, i) => (quantised[filter * length + i] = Math.round(weight / scale)))
    steps[filter] = Math.round(offset / (inputScale * scale))
  })
  return { kernel: quantised, scales, bias: steps }
}
