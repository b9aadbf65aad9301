/** Compiles the network, and what a model says of it, to an ONNX file. */
import type { Convolutions } from '../weights/backbone.js'
import type { Expression } from './expression.js'
import { inceptionV3 } from './inception-v3.js'
import { PIXELS, nodesBetween, shapesOf, type Network } from './node.js'
import { blocksOf, compileExpression, named, shapeOf } from './onnx-expression.js'
import { floatMaps } from './onnx-float.js'
import { ASKED, FLOAT, FLOAT16, OnnxGraph } from './onnx-graph.js'
import { quantisedMaps } from './onnx-quantised.js'
import type { Scales } from './quantisation.js'

export interface OnnxModel {
  readonly convolutions: Convolutions
  /** Names of the file's outputs, and what they are: float32, or float16 where they are a `half`, [N, ...]. */
  readonly outputs: Readonly<Record<string, Expression>>
  /** What comes in: the pixels [N, 299, 299, 3], or the map of a block [N, height, width, channels]. */
  readonly from?: string
  /** The maps are uint8 in steps of these, the kernels int8; without, all is float32. Pixels come in then. */
  readonly scales?: Scales
  readonly network?: Network
}

/**
 * Only what the outputs need is in the file.
 * @returns the file's bytes
 */
export function onnxModel(model: OnnxModel): Uint8Array {
  const { convolutions, outputs, from = PIXELS, scales, network = inceptionV3 } = model
  const graph = new OnnxGraph()
  const writer = scales ? quantisedMaps(graph, convolutions, scales) : floatMaps(graph, convolutions)
  const expressions = Object.entries(outputs)
  const needed = new Set(expressions.flatMap(([, expression]) => blocksOf(expression)))
  const shapes = shapesOf(network)
  const kept = new Map<string, string>()
  if (needed.size > 0) {
    const { height, width, channels } = shapeOf(shapes, from)
    const input = graph.input(from, [height, width, channels])
    kept.set(from, writer.input(graph.node('Transpose', [input], { perm: [0, 3, 1, 2] })))
  }
  for (const node of nodesBetween(network, [from], [...needed])) {
    const inputs = node.inputs.map((name) => named(kept, name))
    kept.set(node.name, writer.write(node, inputs))
  }
  const maps = new Map([...needed].map((block) => [block, writer.float(named(kept, block), block)]))

  const written = { maps, shapes, values: new Map() }
  for (const [name, expression] of expressions) {
    const value = compileExpression(graph, expression, written)
    const photos = expression.op === 'when' ? ASKED : 'N'
    graph.output(value.name, name, value.shape, expression.op === 'half' ? FLOAT16 : FLOAT, photos)
  }
  return graph.encode('WasteX')
}
