/**
 * What a model says of a photo, in terms of the network's blocks: logits, a novelty score, features. Small enough that the
 * ONNX writer can compile every form of it. Shapes are those of one photo, and so are axes; N comes in front.
 */

export interface Constant {
  readonly values: Float32Array
  readonly shape: readonly number[]
}

export type Expression =
  /** A block's map, [height, width, channels]. */
  | { readonly op: 'map'; readonly block: string }
  /** A block's map, pooled over all positions: [channels]. */
  | { readonly op: 'pooled'; readonly block: string; readonly by: 'average' | 'max' }
  /** A vector that comes in as an input of its own: [width]. */
  | { readonly op: 'given'; readonly name: string; readonly width: number }
  /** Along the last axis. */
  | { readonly op: 'concat'; readonly parts: readonly Expression[] }
  /** x @ kernel + bias over the last axis; kernel [from, to], bias [to]. */
  | { readonly op: 'dense'; readonly x: Expression; readonly kernel: Constant; readonly bias?: Float32Array }
  /** A constant is broadcast against x from the last axis on. */
  | { readonly op: Arithmetic; readonly x: Expression; readonly y: Expression | Constant }
  | { readonly op: 'sqrt' | 'relu'; readonly x: Expression }
  | { readonly op: 'reduce'; readonly by: Reduction; readonly axis: number; readonly x: Expression }
  /** A new axis of length 1. */
  | { readonly op: 'expand'; readonly axis: number; readonly x: Expression }

export type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide'
export type Reduction = 'sum' | 'mean' | 'min' | 'max'

export const mapOf = (block: string): Expression => ({ op: 'map', block })
export const pooled = (block: string, by: 'average' | 'max' = 'average'): Expression => ({ op: 'pooled', block, by })
export const given = (name: string, width: number): Expression => ({ op: 'given', name, width })
export const concat = (...parts: Expression[]): Expression => ({ op: 'concat', parts })
export const subtract = (x: Expression, y: Expression | Constant): Expression => ({ op: 'subtract', x, y })
export const multiply = (x: Expression, y: Expression | Constant): Expression => ({ op: 'multiply', x, y })
export const divide = (x: Expression, y: Expression | Constant): Expression => ({ op: 'divide', x, y })
export const add = (x: Expression, y: Expression | Constant): Expression => ({ op: 'add', x, y })
export const square = (x: Expression): Expression => multiply(x, x)
export const sqrt = (x: Expression): Expression => ({ op: 'sqrt', x })
export const reduce = (by: Reduction, x: Expression, axis: number): Expression => ({ op: 'reduce', by, axis, x })
export const expand = (x: Expression, axis: number): Expression => ({ op: 'expand', axis, x })

export const dense = (x: Expression, kernel: Constant, bias?: Float32Array): Expression =>
  bias ? { op: 'dense', x, kernel, bias } : { op: 'dense', x, kernel }

/** A dense layer that sees the averages of `blocks` side by side: how every head of ours begins. */
export interface HeadWeights {
  readonly blocks: readonly string[]
  /** [channels of all blocks, classes] */
  readonly kernel: Float32Array
  /** [classes] */
  readonly bias: Float32Array
}

/** @returns raw logits [classes] */
export function logitsOf({ blocks, kernel, bias }: HeadWeights): Expression {
  const shape = [kernel.length / bias.length, bias.length]
  return dense(concat(...blocks.map((block) => pooled(block))), { values: kernel, shape }, bias)
}

/** Distance to the nearest of some points, after an affine map. */
export interface NearestPoint {
  readonly x: Expression
  /** [D], subtracted first. */
  readonly mean: Float32Array
  /** [D, K]: for Mahalanobis' distance, a whitening matrix. */
  readonly projection: Float32Array
  /** [points, K], projected already: class means, or training photos. */
  readonly points: Float32Array
}

/**
 * min over points of |(x - mean) projection - point|^2, [] (Lee et al. 2018, arXiv:1807.03888, with a whitening matrix of
 * the covariance that the classes share).
 */
export function squaredDistance({ x, mean, projection, points }: NearestPoint): Expression {
  const width = projection.length / mean.length
  const projected = dense(subtract(x, { values: mean, shape: [mean.length] }), {
    values: projection,
    shape: [mean.length, width],
  })
  const difference = subtract(expand(projected, 0), { values: points, shape: [points.length / width, width] })
  return reduce('min', reduce('sum', square(difference), 1), 0)
}
