/** Builds the network from stock tfjs layers, so that what is saved loads with stock tfjs. */
import type { Convolution, Convolutions } from '../weights/backbone.js'
import type { HeadWeights } from './expression.js'
import { inceptionV3 } from './inception-v3.js'
import { IMAGE_SIZE, PIXELS, nodesBetween, shapesOf, type MapShape, type Network, type Node } from './node.js'
import type { LayersModel, SymbolicTensor, TensorFlow } from './tensorflow.js'

export interface HeadOptions {
  /** Blocks whose averages it sees, in the network's order. */
  readonly blocks: readonly string[]
  readonly classes: number
  /** Share of the features that a training step leaves out, in [0, 1). */
  readonly dropout: number
  /** What it begins with; else Glorot's uniform distribution. */
  readonly weights?: Pick<HeadWeights, 'kernel' | 'bias'>
}

export interface ModelOptions {
  readonly convolutions: Convolutions
  readonly head: HeadOptions
  /** The last frozen block (`depth.ts`). */
  readonly boundary: string
  /** Convolutions behind it that are frozen too. */
  readonly frozen: readonly string[]
  /** Of dropout and of the head's first weights. */
  readonly seed: number
  readonly network?: Network
}

/** Name of the input that carries the averages of the head's frozen blocks. */
export const POOLED = 'pooled'
/** Name of the dense layer. */
export const LOGITS = 'logits'

/**
 * The part that is trained: what is frozen comes in as computed once.
 * Inputs, in this order, each only if the head needs it: the boundary's map [N, height, width, channels], under the
 * boundary's name; `pooled` [N, channels of the head's frozen blocks]. Output: logits [N, classes].
 * With the boundary `mixed10`, or stage 1, only `pooled` is left: the head alone.
 */
export function buildTrainablePart(tf: TensorFlow, options: ModelOptions): LayersModel {
  const { boundary, head, network = inceptionV3 } = options
  const shapes = shapesOf(network)
  checkOrder(network, head.blocks)
  const frozenBlocks = frozenOf(network, boundary)
  const pooledWidth = head.blocks
    .filter((block) => frozenBlocks.has(block))
    .reduce((sum, block) => sum + shapeOf(shapes, block).channels, 0)
  const trained = head.blocks.filter((block) => !frozenBlocks.has(block))

  const inputs: SymbolicTensor[] = []
  const features: SymbolicTensor[] = []
  if (pooledWidth > 0) features.push(tf.input({ name: POOLED, shape: [pooledWidth] }))
  if (trained.length > 0) {
    const { height, width, channels } = shapeOf(shapes, boundary)
    const map = tf.input({ name: boundary, shape: [height, width, channels] })
    inputs.push(map)
    features.push(...poolBlocks(tf, options, new Map([[boundary, map]]), trained))
  }
  if (pooledWidth > 0) inputs.push(...features.slice(0, 1))
  return finish(tf, options, inputs, features)
}

/** The whole network: pixels [N, 299, 299, 3] in [0, 1] to logits [N, classes]. Frozen layers are marked so. */
export function buildWhole(tf: TensorFlow, options: ModelOptions): LayersModel {
  const pixels = tf.input({ name: PIXELS, shape: [IMAGE_SIZE, IMAGE_SIZE, 3] })
  checkOrder(options.network ?? inceptionV3, options.head.blocks)
  const features = poolBlocks(tf, options, new Map([[PIXELS, pixels]]), options.head.blocks)
  return finish(tf, options, [pixels], features)
}

/** Blocks and layers up to the boundary, itself included. */
function frozenOf(network: Network, boundary: string): ReadonlySet<string> {
  return new Set(nodesBetween(network, [PIXELS], [boundary]).map((node) => node.name))
}

/** So that the frozen blocks come first wherever the boundary is, and one head fits both models. */
function checkOrder(network: Network, blocks: readonly string[]): void {
  const places = blocks.map((block) => network.findIndex((node) => node.name === block))
  if (places.some((place, i) => place < 0 || place <= (places[i - 1] ?? -1))) {
    throw new Error(`a head cannot see ${blocks.join(', ')}: blocks of the network, each once, in its order`)
  }
}

function poolBlocks(
  tf: TensorFlow,
  { convolutions, boundary, frozen, network = inceptionV3 }: ModelOptions,
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

function finish(
  tf: TensorFlow,
  { head, seed }: ModelOptions,
  inputs: SymbolicTensor[],
  features: SymbolicTensor[],
): LayersModel {
  const [first] = features
  if (!first) throw new Error('a head must see a block')
  let x =
    features.length === 1 ? first : (tf.layers.concatenate({ name: 'features' }).apply(features) as SymbolicTensor)
  if (head.dropout > 0) x = tf.layers.dropout({ name: 'dropout', rate: head.dropout, seed }).apply(x) as SymbolicTensor
  const layer = tf.layers.dense({
    name: LOGITS,
    units: head.classes,
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
  })
  const logits = layer.apply(x) as SymbolicTensor
  const { weights } = head
  if (weights) {
    const width = weights.kernel.length / head.classes
    tf.tidy(() => layer.setWeights([tf.tensor2d(weights.kernel, [width, head.classes]), tf.tensor1d(weights.bias)]))
  }
  return tf.model({ inputs, outputs: logits })
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

/** A copy of the head that a model holds. */
export function readHead(model: LayersModel): Pick<HeadWeights, 'kernel' | 'bias'> {
  const [kernel, bias] = model.getLayer(LOGITS).getWeights()
  if (!kernel || !bias) throw new Error('the head has no weights')
  return { kernel: kernel.dataSync<'float32'>().slice(), bias: bias.dataSync<'float32'>().slice() }
}

function shapeOf(shapes: ReadonlyMap<string, MapShape>, block: string): MapShape {
  const shape = shapes.get(block)
  if (!shape) throw new Error(`the network has no ${block}`)
  return shape
}
