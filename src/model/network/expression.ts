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
export const relu = (x: Expression): Expression => ({ op: 'relu', x })
export const reduce = (by: Reduction, x: Expression, axis: number): Expression => ({ op: 'reduce', by, axis, x })
export const expand = (x: Expression, axis: number): Expression => ({ op: 'expand', axis, x })

export const dense = (x: Expression, kernel: Constant, bias?: Float32Array): Expression =>
  bias ? { op: 'dense', x, kernel, bias } : { op: 'dense', x, kernel }

export interface DenseWeights {
  /** [from, to] */
  readonly kernel: Float32Array
  /** [to] */
  readonly bias: Float32Array
}

/** Dense layers, ReLU between them, that see the averages of `blocks` side by side. */
export interface HeadWeights {
  readonly blocks: readonly string[]
  /** The last one's units are the classes. */
  readonly layers: readonly DenseWeights[]
}

/** @returns raw logits [classes] */
export const logitsOf = ({ blocks, layers }: HeadWeights): Expression =>
  layers.reduce<Expression>(
    (x, { kernel, bias }, i) => {
      const y = dense(x, { values: kernel, shape: [kernel.length / bias.length, bias.length] }, bias)
      return i < layers.length - 1 ? relu(y) : y
    },
    concat(...blocks.map((block) => pooled(block))),
  )

/** Where the training photos lie, and how to measure from there. */
export interface NearestMean {
  /** [D], subtracted first. */
  readonly mean: Float32Array
  /** [D, K]: (x - mean) whitening has the covariance I within a class. */
  readonly whitening: Float32Array
  /** [classes, K]: the classes' means in that space. */
  readonly classMeans: Float32Array
}

/**
 * Mahalanobis' distance to the nearest class mean (Lee et al. 2018, arXiv:1807.03888, equation 2).
 * @param x [D]
 * @returns a number, []
 */
export function mahalanobis(x: Expression, { mean, whitening, classMeans }: NearestMean): Expression {
  const from = mean.length
  const to = whitening.length / from
  const whitened = dense(subtract(x, { values: mean, shape: [from] }), { values: whitening, shape: [from, to] })
  const offsets = subtract(expand(whitened, 0), { values: classMeans, shape: [classMeans.length / to, to] })
  return sqrt(reduce('min', reduce('sum', square(offsets), 1), 0))
}
