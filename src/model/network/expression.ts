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
  /** x @ kernel + bias over the last axis; kernel [from, to], bias [to]. With `rows`, only those of the kernel, the last one excluded. */
  | {
      readonly op: 'dense'
      readonly x: Expression
      readonly kernel: Constant
      readonly bias?: Float32Array
      readonly rows?: readonly [from: number, to: number]
    }
  /** y is broadcast against x from the last axis on. */
  | { readonly op: Arithmetic; readonly x: Expression; readonly y: Expression | Constant }
  | { readonly op: 'relu'; readonly x: Expression }
  /** 1, 0 or -1. */
  | { readonly op: 'sign'; readonly x: Expression }
  /** Rounded to half precision (to nearest, ties to even): an output only. */
  | { readonly op: 'half'; readonly x: Expression }
  | { readonly op: 'reduce'; readonly by: Reduction; readonly axis: number; readonly x: Expression }
  /** Computed when the file's boolean input of that name is true, and nothing of it otherwise, for no photo: an output only. */
  | { readonly op: 'when'; readonly flag: string; readonly x: Expression }

type Arithmetic = 'add' | 'subtract' | 'multiply'
type Reduction = 'sum' | 'mean' | 'min' | 'max'

export const mapOf = (block: string): Expression => ({ op: 'map', block })
export const pooled = (block: string, by: 'average' | 'max' = 'average'): Expression => ({ op: 'pooled', block, by })
export const given = (name: string, width: number): Expression => ({ op: 'given', name, width })
export const concat = (...parts: Expression[]): Expression => ({ op: 'concat', parts })
export const half = (x: Expression): Expression => ({ op: 'half', x })
export const when = (flag: string, x: Expression): Expression => ({ op: 'when', flag, x })
export const add = (x: Expression, y: Expression): Expression => ({ op: 'add', x, y })
const subtract = (x: Expression, y: Expression | Constant): Expression => ({ op: 'subtract', x, y })
export const multiply = (x: Expression, y: Expression | Constant): Expression => ({ op: 'multiply', x, y })
const square = (x: Expression): Expression => multiply(x, x)
const relu = (x: Expression): Expression => ({ op: 'relu', x })
/** 1 where a ReLU lets x through, 0 where it does not. */
export const gate = (x: Expression): Expression => ({ op: 'sign', x: relu(x) })
const reduce = (by: Reduction, x: Expression, axis: number): Expression => ({ op: 'reduce', by, axis, x })

export const dense = (x: Expression, kernel: Constant, bias?: Float32Array): Expression =>
  bias ? { op: 'dense', x, kernel, bias } : { op: 'dense', x, kernel }
/** Without a bias, by some of the kernel's rows. */
export const denseOf = (rows: readonly [from: number, to: number], x: Expression, kernel: Constant): Expression => ({
  op: 'dense',
  x,
  kernel,
  rows,
})

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

export interface Layer {
  readonly kernel: Constant
  /** Before its ReLU: [units]. */
  readonly sum: Expression
}

/** Those of a head, in the order in which they are applied. */
export function layersOf({ blocks, layers }: HeadWeights): Layer[] {
  let x = concat(...blocks.map((block) => pooled(block)))
  return layers.map(({ kernel: values, bias }) => {
    const kernel: Constant = { values, shape: [values.length / bias.length, bias.length] }
    const sum = dense(x, kernel, bias)
    x = relu(sum)
    return { kernel, sum }
  })
}

/** @returns raw logits [classes] */
export function logitsOf(head: HeadWeights): Expression {
  const last = layersOf(head).at(-1)
  if (!last) throw new Error('a head has a layer')
  return last.sum
}

/** What is ordinary: where features lie, and the directions in which they vary. */
export interface ResidualOf {
  /** [D], subtracted first. */
  readonly mean: Float32Array
  /** [D], multiplied then. */
  readonly scale: Float32Array
  /** [D, K], orthonormal columns. */
  readonly directions: Float32Array
}

/**
 * |u - (u W) W^T|^2 with u = (x - mean) * scale: squared length of what the directions W do not explain.
 * @param x [D]
 * @returns a number, []
 */
export function residual(x: Expression, { mean, scale, directions }: ResidualOf): Expression {
  const d = mean.length
  const k = directions.length / d
  const u = multiply(subtract(x, { values: mean, shape: [d] }), { values: scale, shape: [d] })
  if (k === 0) return reduce('sum', square(u), 0) // too few photos for a direction
  const turned = new Float32Array(directions.length)
  for (let i = 0; i < directions.length; i++) turned[(i % k) * d + Math.floor(i / k)] = directions[i] ?? 0
  const explained = dense(dense(u, { values: directions, shape: [d, k] }), { values: turned, shape: [k, d] })
  return reduce('sum', square(subtract(u, explained)), 0)
}
