/** Builds the network from stock tfjs layers, so that what is saved loads with stock tfjs. */
import type { Convolution, Convolutions } from '../weights/backbone.js'
import type { HeadWeights } from './expression.js'
import { inceptionV3 } from './inception-v3.js'
import { IMAGE_SIZE, PIXELS, nodesBetween, shapesOf, type MapShape, type Network, type Node } from './node.js'
import type { LayersModel, SymbolicTensor, TensorFlow } from './tensorflow.js'

/** Which part of the network stands still. */
interface Freezing {
  /** The last frozen block (`depth.ts`). */
  readonly boundary: string
  /** Convolutions behind it that are frozen too. */
  readonly frozen: readonly string[]
}

export interface TailOptions extends Freezing {
  readonly convolutions: Convolutions
  /** Behind the boundary. */
  readonly blocks: readonly string[]
  readonly network?: Network
}

export interface WholeOptions extends Freezing {
  readonly convolutions: Convolutions
  readonly head: HeadWeights
  /** Share of the features that dropout left out in training; the layer stands in the file for whoever trains on. */
  readonly dropout: number
  readonly network?: Network
}

/** Name of the dense layer that comes last. */
const LOGITS = 'logits'

/** The part that is fine-tuned: the boundary's map [N, height, width, channels] to the averages of `blocks`, side by side. */
export function buildTail(tf: TensorFlow, options: TailOptions): LayersModel {
  const { boundary, blocks, network = inceptionV3 } = options
  const { height, width, channels } = shapeOf(shapesOf(network), boundary)
  const map = tf.input({ name: boundary, shape: [height, width, channels] })
  const features = poolBlocks(tf, options, new Map([[boundary, map]]), blocks)
  return tf.model({ inputs: map, outputs: sideBySide(tf, features) })
}

/** The whole network: pixels [N, 299, 299, 3] in [0, 1] to logits [N, classes]. Frozen layers are marked so. */
export function buildWhole(tf: TensorFlow, options: WholeOptions): LayersModel {
  const { head, dropout } = options
  const pixels = tf.input({ name: PIXELS, shape: [IMAGE_SIZE, IMAGE_SIZE, 3] })
  let x = sideBySide(tf, poolBlocks(tf, options, new Map([[PIXELS, pixels]]), head.blocks))
  if (dropout > 0) x = tf.layers.dropout({ name: 'dropout', rate: dropout }).apply(x) as SymbolicTensor
  head.layers.forEach(({ kernel, bias }, i) => {
    const last = i === head.layers.length - 1
    const units = bias.length
    const layer = tf.layers.dense({
      name: last ? LOGITS : `hidden_${i + 1}`,
      units,
      activation: last ? 'linear' : 'relu',
      kernelInitializer: 'zeros',
    })
    x = layer.apply(x) as SymbolicTensor
    tf.tidy(() => layer.setWeights([tf.tensor2d(kernel, [kernel.length / units, units]), tf.tensor1d(bias)]))
  })
  return tf.model({ inputs: pixels, outputs: x })
}

function sideBySide(tf: TensorFlow, features: SymbolicTensor[]): SymbolicTensor {
  const [first] = features
  if (!first) throw new Error('a head must see a block')
  return features.length === 1 ? first : (tf.layers.concatenate({ name: 'features' }).apply(features) as SymbolicTensor)
}

/** Blocks and layers up to the boundary, itself included. */
function frozenOf(network: Network, boundary: string): ReadonlySet<string> {
  return new Set(nodesBetween(network, [PIXELS], [boundary]).map((node) => node.name))
}

function poolBlocks(
  tf: TensorFlow,
  {
    convolutions,
    boundary,
    frozen,
    network = inceptionV3,
  }: Freezing & { convolutions: Convolutions; network?: Network },
  given: ReadonlyMap<string, SymbolicTensor>,
  blocks: readonly string[],
): SymbolicTensor[] {
  const frozenNodes = new Set([...frozenOf(network, boundary), ...frozen])
  const maps = new Map(given)
  const mapOf = (name: string) => {
    const map = maps.get(name)
    if (!map) throw new Error(`${name} is not computed here`)
    return map
  }
  for (const node of nodesBetween(network, [...given.keys()], blocks)) {
    maps.set(node.name, applyNode(tf, node, node.inputs.map(mapOf), convolutions, !frozenNodes.has(node.name)))
  }
  return blocks.map((block) => {
    const layer = tf.layers.globalAveragePooling2d({ name: `${block}_pooled` })
    return layer.apply(mapOf(block)) as SymbolicTensor
  })
}

function applyNode(
  tf: TensorFlow,
  node: Node,
  inputs: SymbolicTensor[],
  convolutions: Convolutions,
  trainable: boolean,
): SymbolicTensor {
  const { name } = node
  if (node.op === 'concat') return tf.layers.concatenate({ name }).apply(inputs) as SymbolicTensor
  if (node.op !== 'conv') {
    const pool = { name, poolSize: node.size, strides: node.stride, padding: node.padding }
    const layer = node.op === 'maxPool' ? tf.layers.maxPooling2d(pool) : tf.layers.averagePooling2d(pool)
    return layer.apply(inputs) as SymbolicTensor
  }
  const weights = convolutions.get(name)
  if (!weights) throw new Error(`there are no weights of ${name}`)
  const layer = tf.layers.conv2d({
    name,
    filters: node.filters,
    kernelSize: [...node.kernel],
    strides: node.stride,
    padding: node.padding,
    activation: 'relu',
    // The real ones follow; drawing 22 million random numbers first would take seconds.
    kernelInitializer: 'zeros',
    trainable,
  })
  const output = layer.apply(inputs) as SymbolicTensor
  tf.tidy(() => layer.setWeights([tf.tensor(weights.kernel, [...weights.shape]), tf.tensor1d(weights.bias)]))
  return output
}

/** Copies of the convolutions that a model holds, by name. */
export function readConvolutions(model: LayersModel): Convolutions {
  const convolutions = new Map<string, Convolution>()
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'Conv2D') continue
    const [kernel, bias] = layer.getWeights()
    const [height, width, channels, filters] = kernel?.shape ?? []
    if (!kernel || !bias || !height || !width || !channels || !filters) throw new Error(`${layer.name} has no weights`)
    convolutions.set(layer.name, {
      kernel: kernel.dataSync<'float32'>().slice(),
      shape: [height, width, channels, filters],
      bias: bias.dataSync<'float32'>().slice(),
    })
  }
  return convolutions
}

function shapeOf(shapes: ReadonlyMap<string, MapShape>, block: string): MapShape {
  const shape = shapes.get(block)
  if (!shape) throw new Error(`the network has no ${block}`)
  return shape
}
