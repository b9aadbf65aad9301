/** Compiles the network, and what a model says of it, to an ONNX file. */
import type { Convolution, Convolutions } from '../weights/backbone.js'
import type { Constant, Expression } from './expression.js'
import { inceptionV3 } from './inception-v3.js'
import { PIXELS, nodesBetween, shapesOf, type MapShape, type Network, type Node } from './node.js'
import { FLOAT, FLOAT16, OnnxGraph } from './onnx-graph.js'

export interface OnnxModel {
  readonly convolutions: Convolutions
  /** Names of the file's outputs, and what they are: float32, or float16 where they are a `half`, [N, ...]. */
  readonly outputs: Readonly<Record<string, Expression>>
  /** What comes in: the pixels [N, 299, 299, 3], or the map of a block [N, height, width, channels]. */
  readonly from?: string
  readonly network?: Network
}

/**
 * Only what the outputs need is in the file.
 * @returns the file's bytes
 */
export function onnxModel({ convolutions, outputs, from = PIXELS, network = inceptionV3 }: OnnxModel): Uint8Array {
  const graph = new OnnxGraph()
  const expressions = Object.entries(outputs)
  const needed = new Set(expressions.flatMap(([, expression]) => blocksOf(expression)))
  const shapes = shapesOf(network)
  const maps = new Map<string, string>()
  if (needed.size > 0) maps.set(from, mapInput(graph, from, shapeOf(shapes, from)))
  for (const node of nodesBetween(network, [from], [...needed])) {
    maps.set(
      node.name,
      compileNode(
        graph,
        node,
        node.inputs.map((name) => named(maps, name)),
        convolutions,
      ),
    )
  }

  const compiled = new Map<Expression, Value>()
  const compile = (expression: Expression): Value => {
    const value = compiled.get(expression) ?? compileExpression(graph, expression, compile, { maps, shapes })
    compiled.set(expression, value)
    return value
  }
  for (const [name, expression] of expressions) {
    const value = compile(expression)
    graph.output(value.name, name, value.shape, expression.op === 'half' ? FLOAT16 : FLOAT)
  }
  return graph.encode('WasteX')
}

/** Channels last outside, channels first inside: ONNX knows no other convolution. */
function mapInput(graph: OnnxGraph, name: string, { height, width, channels }: MapShape): string {
  return graph.node('Transpose', [graph.input(name, [height, width, channels])], { perm: [0, 3, 1, 2] })
}

function compileNode(graph: OnnxGraph, node: Node, inputs: readonly string[], convolutions: Convolutions): string {
  if (node.op === 'concat') return graph.node('Concat', inputs, { axis: 1 })

  const window = node.op === 'conv' ? node.kernel : ([node.size, node.size] as const)
  const attributes = {
    kernel_shape: window,
    strides: [node.stride, node.stride],
    pads: padsOf(node, window),
  }
  switch (node.op) {
    case 'maxPool':
      return graph.node('MaxPool', inputs, attributes)
    case 'averagePool':
      return graph.node('AveragePool', inputs, { ...attributes, count_include_pad: 0 })
    case 'conv': {
      const weights = convolutions.get(node.name)
      if (!weights) throw new Error(`there are no weights of ${node.name}`)
      const [height, width, channels, filters] = weights.shape
      const kernel = graph.constant(filtersFirst(weights), [filters, channels, height, width], `${node.name}/kernel`)
      const bias = graph.constant(weights.bias, [filters], `${node.name}/bias`)
      return graph.node('Relu', [graph.node('Conv', [...inputs, kernel, bias], attributes)], {}, node.name)
    }
  }
}

/** Top, left, bottom, right. */
function padsOf(
  { name, padding, stride }: Exclude<Node, { op: 'concat' }>,
  [height, width]: readonly [number, number],
) {
  if (padding === 'valid') return [0, 0, 0, 0]
  if (stride !== 1 || height % 2 === 0 || width % 2 === 0)
    throw new Error(`${name}: padding would depend on the input's size`)
  return [(height - 1) / 2, (width - 1) / 2, (height - 1) / 2, (width - 1) / 2]
}

/** Keras' [height, width, channels, filters] as ONNX's [filters, channels, height, width]. */
function filtersFirst({ kernel, shape: [height, width, channels, filters] }: Convolution): Float32Array {
  const turned = new Float32Array(kernel.length)
  const area = height * width
  let from = 0
  for (let position = 0; position < area; position++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++) {
        turned[(filter * channels + channel) * area + position] = kernel[from++] ?? 0
      }
    }
  }
  return turned
}

/** In the file: its name, and its shape for one photo. */
interface Value {
  readonly name: string
  readonly shape: readonly number[]
}
interface Maps {
  readonly maps: ReadonlyMap<string, string>
  readonly shapes: ReadonlyMap<string, MapShape>
}

const arithmetic = { subtract: 'Sub', multiply: 'Mul' }
const reductions = { sum: 'ReduceSum', mean: 'ReduceMean', min: 'ReduceMin', max: 'ReduceMax' }

function compileExpression(
  graph: OnnxGraph,
  expression: Expression,
  compile: (expression: Expression) => Value,
  { maps, shapes }: Maps,
): Value {
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
      const { values, shape } = expression.kernel
      if (x.shape.at(-1) !== shape[0])
        throw new Error(`a kernel of [${shape.join(', ')}] meets [${x.shape.join(', ')}]`)
      const product = graph.node('MatMul', [x.name, graph.constant(values, shape)])
      const { bias } = expression
      const name = bias ? graph.node('Add', [product, graph.constant(bias, [bias.length])]) : product
      return { name, shape: [...x.shape.slice(0, -1), shape[1] ?? 0] }
    }
    case 'subtract':
    case 'multiply': {
      const x = compile(expression.x)
      const y = isConstant(expression.y)
        ? { name: graph.constant(expression.y.values, expression.y.shape), shape: expression.y.shape }
        : compile(expression.y)
      return { name: graph.node(arithmetic[expression.op], [x.name, y.name]), shape: broadcast(x.shape, y.shape) }
    }
    case 'relu': {
      const x = compile(expression.x)
      return { name: graph.node('Relu', [x.name]), shape: x.shape }
    }
    case 'half': {
      const x = compile(expression.x)
      return { name: graph.node('Cast', [x.name], { to: FLOAT16 }), shape: x.shape }
    }
    case 'reduce': {
      const x = compile(expression.x)
      const axes = graph.axes(expression.axis + 1)
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

function blocksOf(expression: Expression): readonly string[] {
  switch (expression.op) {
    case 'map':
    case 'pooled':
      return [expression.block]
    case 'given':
      return []
    case 'concat':
      return expression.parts.flatMap(blocksOf)
    case 'subtract':
    case 'multiply':
      return [...blocksOf(expression.x), ...(isConstant(expression.y) ? [] : blocksOf(expression.y))]
    default:
      return blocksOf(expression.x)
  }
}

function named(maps: ReadonlyMap<string, string>, block: string): string {
  const name = maps.get(block)
  if (name === undefined) throw new Error(`${block} is not computed here`)
  return name
}

function shapeOf(shapes: ReadonlyMap<string, MapShape>, block: string): MapShape {
  const shape = shapes.get(block)
  if (!shape) throw new Error(`the network has no ${block}`)
  return shape
}
