/**
 * InceptionV3 (Szegedy et al. 2015, arXiv:1512.00567) as Keras builds it, without its top: 94 convolutions, numbered and
 * named in Keras' order of creation, blocks `mixed0` to `mixed10`. Every convolution is followed by batch norm (folded into
 * it here) and ReLU; all pools of stride 1 are averages that do not count padding.
 */
import { PIXELS, type Network, type Node, type Padding } from './node.js'

type Kernel = number | readonly [number, number]
interface Window {
  stride?: number
  padding?: Padding
}

function build(): Network {
  const nodes: Node[] = []
  const count = { conv2d: 0, max_pooling2d: 0, average_pooling2d: 0, concatenate: 0 }
  const add = (node: Node) => {
    nodes.push(node)
    return node.name
  }
  const conv = (input: string, filters: number, kernel: Kernel, { stride = 1, padding = 'same' }: Window = {}) =>
    add({
      name: `conv2d_${++count.conv2d}`,
      op: 'conv',
      kernel: typeof kernel === 'number' ? [kernel, kernel] : kernel,
      stride,
      padding,
      filters,
      inputs: [input],
    })
  const chain = (input: string, ...layers: readonly (readonly [filters: number, kernel: Kernel, window?: Window])[]) =>
    layers.reduce((from, layer) => conv(from, ...layer), input)
  const halve = (input: string) =>
    add({
      name: `max_pooling2d_${++count.max_pooling2d}`,
      op: 'maxPool',
      size: 3,
      stride: 2,
      padding: 'valid',
      inputs: [input],
    })
  const average = (input: string) =>
    add({
      name: `average_pooling2d_${++count.average_pooling2d}`,
      op: 'averagePool',
      size: 3,
      stride: 1,
      padding: 'same',
      inputs: [input],
    })
  const concat = (name: string, ...inputs: string[]) => add({ name, op: 'concat', inputs })

  const valid: Window = { padding: 'valid' }
  const halving: Window = { padding: 'valid', stride: 2 }

  let x = chain(PIXELS, [32, 3, halving], [32, 3, valid], [64, 3])
  x = chain(halve(x), [80, 1, valid], [192, 3, valid])
  x = halve(x)

  // 35 x 35
  for (const [block, pooled] of [32, 64, 64].entries()) {
    x = concat(
      `mixed${block}`,
      conv(x, 64, 1),
      chain(x, [48, 1], [64, 5]),
      chain(x, [64, 1], [96, 3], [96, 3]),
      conv(average(x), pooled, 1),
    )
  }
  x = concat('mixed3', conv(x, 384, 3, halving), chain(x, [64, 1], [96, 3], [96, 3, halving]), halve(x))

  // 17 x 17
  for (const [index, width] of [128, 160, 160, 192].entries()) {
    x = concat(
      `mixed${4 + index}`,
      conv(x, 192, 1),
      chain(x, [width, 1], [width, [1, 7]], [192, [7, 1]]),
      chain(x, [width, 1], [width, [7, 1]], [width, [1, 7]], [width, [7, 1]], [192, [1, 7]]),
      conv(average(x), 192, 1),
    )
  }
  x = concat(
    'mixed8',
    chain(x, [192, 1], [320, 3, halving]),
    chain(x, [192, 1], [192, [1, 7]], [192, [7, 1]], [192, 3, halving]),
    halve(x),
  )

  // 8 x 8
  for (const index of [0, 1]) {
    const fork = (name: string, from: string) => concat(name, conv(from, 384, [1, 3]), conv(from, 384, [3, 1]))
    x = concat(
      `mixed${9 + index}`,
      conv(x, 320, 1),
      fork(`mixed9_${index}`, conv(x, 384, 1)),
      fork(`concatenate_${++count.concatenate}`, chain(x, [448, 1], [384, 3])),
      conv(average(x), 192, 1),
    )
  }
  return nodes
}

export const inceptionV3: Network = build()

/** Its blocks, from the pixels on: where it may be cut, and what a head may see. */
export const blocks = inceptionV3.flatMap(({ name }) => (/^mixed\d+$/.test(name) ? [name] : []))
