/** Writes what a model says, an expression over the network's maps, into an ONNX graph. */
import type { Constant, Expression } from './expression.js'
import type { MapShape } from './node.js'
import { FLOAT16, type OnnxGraph, type Value } from './onnx-graph.js'

interface Written {
  readonly maps: ReadonlyMap<string, string>
  readonly shapes: ReadonlyMap<string, MapShape>
  /** What is in the graph already, or around it; whatever is written is added. */
  readonly values: Map<Expression | Constant, Value>
}

const arithmetic = { add: 'Add', subtract: 'Sub', multiply: 'Mul' }
const reductions = { sum: 'ReduceSum', mean: 'ReduceMean', min: 'ReduceMin', max: 'ReduceMax' }

/** An expression or constant that stands in several places is written once. */
export function compileExpression(graph: OnnxGraph, expression: Expression | Constant, written: Written): Value {
  const value = written.values.get(expression) ?? write(graph, expression, written)
  written.values.set(expression, value)
  return value
}

function write(graph: OnnxGraph, expression: Expression | Constant, written: Written): Value {
  if (isConstant(expression)) {
    const { values, shape } = expression
    return { name: graph.constant(values, shape), shape }
  }
  const { maps, shapes } = written
  const compile = (inner: Expression | Constant) => compileExpression(graph, inner, written)
  switch (expression.op) {
    case 'map': {
      const { height, width, channels } = shapeOf(shapes, expression.block)
      const name = graph.node('Transpose', [named(maps, expression.block)], { perm: [0, 2, 3, 1] })
      return { name, shape: [height, width, channels] }
    }
    case 'pooled': {
      const pool = expression.by === 'average' ? 'GlobalAveragePool' : 'GlobalMaxPool'
      const name = graph.node('Flatten', [graph.node(pool, [named(maps, expression.block)])], { axis: 1 })
      return { name, shape: [shapeOf(shapes, expression.block).channels] }
    }
    case 'given':
      return { name: graph.input(expression.name, [expression.width]), shape: [expression.width] }
    case 'concat': {
      const parts = expression.parts.map(compile)
      const [first] = parts
      if (!first) throw new Error('there is nothing to put side by side')
      const name = graph.node(
        'Concat',
        parts.map((part) => part.name),
        { axis: first.shape.length },
      )
      const length = parts.reduce((sum, { shape }) => sum + (shape.at(-1) ?? 0), 0)
      return { name, shape: [...first.shape.slice(0, -1), length] }
    }
    case 'dense': {
      const x = compile(expression.x)
      const kernel = compile(expression.kernel)
      const { bias, rows } = expression
      const [from, to] = [rows ? rows[1] - rows[0] : kernel.shape[0], kernel.shape[1] ?? 0]
      if (x.shape.at(-1) !== from) throw new Error(`a kernel of [${from}, ${to}] meets [${x.shape.join(', ')}]`)
      const some = rows
        ? graph.node('Slice', [kernel.name, graph.integers(rows[0]), graph.integers(rows[1]), graph.integers(0)])
        : kernel.name
      const product = graph.node('MatMul', [x.name, some])
      const name = bias ? graph.node('Add', [product, graph.constant(bias, [bias.length])]) : product
      return { name, shape: [...x.shape.slice(0, -1), to] }
    }
    case 'add':
    case 'subtract':
    case 'multiply': {
      const x = compile(expression.x)
      const y = compile(expression.y)
      const shape = broadcast(x.shape, y.shape)
      // What is computed has the axis of the photos in front: the others go to the end as those of a constant do by themselves.
      const missing = isConstant(expression.y) ? 0 : x.shape.length - y.shape.length
      const axes = Array.from({ length: missing }, (_, i) => i + 1)
      const name = missing > 0 ? graph.node('Unsqueeze', [y.name, graph.integers(...axes)]) : y.name
      return { name: graph.node(arithmetic[expression.op], [x.name, name]), shape }
    }
    case 'relu':
    case 'sign': {
      const x = compile(expression.x)
      return { name: graph.node(expression.op === 'relu' ? 'Relu' : 'Sign', [x.name]), shape: x.shape }
    }
    case 'when':
      return graph.when(expression.flag, (branch) =>
        compileExpression(branch, expression.x, { ...written, values: new Map(written.values) }),
      )
    case 'half': {
      const x = compile(expression.x)
      return { name: graph.node('Cast', [x.name], { to: FLOAT16 }), shape: x.shape }
    }
    case 'reduce': {
      const x = compile(expression.x)
      const axes = graph.integers(expression.axis + 1)
      const name = graph.node(reductions[expression.by], [x.name, axes], { keepdims: 0 })
      return { name, shape: x.shape.toSpliced(expression.axis, 1) }
    }
  }
}

const isConstant = (operand: Expression | Constant): operand is Constant => !('op' in operand)

/** @throws Error when a constant would reach into the axis of the photos. */
function broadcast(x: readonly number[], y: readonly number[]): readonly number[] {
  const fits =
    y.length <= x.length && y.every((length, i) => length === 1 || [1, length].includes(x.at(i - y.length) ?? 0))
  if (!fits) throw new Error(`[${y.join(', ')}] does not go with [${x.join(', ')}]`)
  const missing = x.length - y.length
  return x.map((length, i) => (length === 1 ? (y[i - missing] ?? 1) : length))
}

/** Blocks whose maps it needs. */
export function blocksOf(expression: Expression): readonly string[] {
  switch (expression.op) {
    case 'map':
    case 'pooled':
      return [expression.block]
    case 'given':
      return []
    case 'concat':
      return expression.parts.flatMap(blocksOf)
    case 'add':
    case 'subtract':
    case 'multiply':
      return [...blocksOf(expression.x), ...(isConstant(expression.y) ? [] : blocksOf(expression.y))]
    default:
      return blocksOf(expression.x)
  }
}

export function named(maps: ReadonlyMap<string, string>, block: string): string {
  const name = maps.get(block)
  if (name === undefined) throw new Error(`${block} is not computed here`)
  return name
}

export function shapeOf(shapes: ReadonlyMap<string, MapShape>, block: string): MapShape {
  const shape = shapes.get(block)
  if (!shape) throw new Error(`the network has no ${block}`)
  return shape
}
