/** A network as data: a list of nodes, each after its inputs. ONNX, tfjs and the weights' readers all work from the same list. */

export type Padding = 'same' | 'valid'

interface Named {
  readonly name: string
  readonly inputs: readonly string[]
}
/** Convolution, bias (batch norm is folded into it), ReLU. */
interface ConvNode extends Named {
  readonly op: 'conv'
  /** [height, width] */
  readonly kernel: readonly [number, number]
  readonly stride: number
  readonly padding: Padding
  readonly filters: number
}
/** The average does not count padding. */
interface PoolNode extends Named {
  readonly op: 'maxPool' | 'averagePool'
  readonly size: number
  readonly stride: number
  readonly padding: Padding
}
/** Along the channels. */
interface ConcatNode extends Named {
  readonly op: 'concat'
}
export type Node = ConvNode | PoolNode | ConcatNode
export type Network = readonly Node[]

/** What a network eats: [N, 299, 299, 3], RGB, [0, 1]. It is the one name in `inputs` that is no node. */
export const PIXELS = 'pixels'
export const IMAGE_SIZE = 299

/** One photo's map, channels last. */
export interface MapShape {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Shape of every node's output (and of the pixels) for one photo of `size` x `size`. */
export function shapesOf(network: Network, size = IMAGE_SIZE): ReadonlyMap<string, MapShape> {
  const shapes = new Map<string, MapShape>([[PIXELS, { height: size, width: size, channels: 3 }]])
  for (const node of network) {
    const inputs = node.inputs.map((name) => {
      const shape = shapes.get(name)
      if (!shape) throw new Error(`${node.name} comes before its input ${name}`)
      return shape
    })
    const [first] = inputs
    if (!first) throw new Error(`${node.name} has no input`)
    shapes.set(node.name, outputShape(node, first, inputs))
  }
  return shapes
}

function outputShape(node: Node, first: MapShape, inputs: readonly MapShape[]): MapShape {
  if (node.op === 'concat') return { ...first, channels: inputs.reduce((sum, shape) => sum + shape.channels, 0) }
  const [high, wide] = node.op === 'conv' ? node.kernel : [node.size, node.size]
  const length = (from: number, window: number) =>
    Math.floor(((node.padding === 'same' ? from : from - window + 1) - 1) / node.stride) + 1
  return {
    height: length(first.height, high),
    width: length(first.width, wide),
    channels: node.op === 'conv' ? node.filters : first.channels,
  }
}

/**
 * The nodes that `outputs` need when the maps of `given` are at hand, in the network's order.
 * @throws Error when an output cannot be reached from them.
 */
export function nodesBetween(network: Network, given: readonly string[], outputs: readonly string[]): Network {
  const byName = new Map(network.map((node) => [node.name, node]))
  const needed = new Set<string>()
  for (const output of outputs) {
    const visit = (name: string) => {
      if (given.includes(name) || needed.has(name)) return
      const node = byName.get(name)
      if (!node) throw new Error(`${output} cannot be computed from ${given.join(', ')}`)
      needed.add(name)
      node.inputs.forEach(visit)
    }
    visit(output)
  }
  return network.filter((node) => needed.has(node.name))
}

/** Kernel shape [height, width, channels in, filters] of each convolution. */
export function kernelShapes(network: Network): ReadonlyMap<string, readonly [number, number, number, number]> {
  const shapes = shapesOf(network)
  return new Map(
    network.flatMap((node) => {
      if (node.op !== 'conv') return []
      const channels = node.inputs.reduce((sum, input) => sum + (shapes.get(input)?.channels ?? 0), 0)
      return [[node.name, [...node.kernel, channels, node.filters] as const]]
    }),
  )
}
