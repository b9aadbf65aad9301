/** Weights and a picture that any machine can make, the same to the bit. */
import type { DenseWeights } from '../../src/model/network/expression.js'
import { inceptionV3 } from '../../src/model/network/inception-v3.js'
import { kernelShapes } from '../../src/model/network/node.js'
import type { Convolutions } from '../../src/model/weights/backbone.js'

/** Mulberry32: whole numbers only, so no machine rounds differently. In [0, 1). */
export function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** He's uniform initialisation: maps keep their size from the first block to the last. */
export function randomConvolutions(seed: number): Convolutions {
  const next = uniform(seed)
  return new Map(
    [...kernelShapes(inceptionV3)].map(([name, shape]) => {
      const [height, width, channels, filters] = shape
      const fanIn = height * width * channels
      const limit = Math.sqrt(6 / fanIn)
      const kernel = new Float32Array(fanIn * filters)
      for (let i = 0; i < kernel.length; i++) kernel[i] = (2 * next() - 1) * limit
      return [name, { kernel, shape, bias: new Float32Array(filters).map(() => (next() - 0.5) * 0.1) }]
    }),
  )
}

export function randomDense(from: number, to: number, seed: number): DenseWeights {
  const next = uniform(seed)
  const limit = Math.sqrt(6 / (from + to))
  return {
    kernel: new Float32Array(from * to).map(() => (2 * next() - 1) * limit),
    bias: new Float32Array(to).map(() => next() - 0.5),
  }
}

/** (3y + 5x + 70c) mod 256, over 256: [1, 299, 299, 3] in [0, 1]. */
export function referencePicture(): Float32Array {
  const side = 299
  return Float32Array.from({ length: side * side * 3 }, (_, i) => {
    const c = i % 3
    const x = Math.floor(i / 3) % side
    const y = Math.floor(i / 3 / side)
    return ((3 * y + 5 * x + 70 * c) % 256) / 256
  })
}

export const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0)

export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers are not ${b.length}`)
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? Number.NaN))), 0)
}
