/** The network's nodes as ONNX's float32 operators, channels first: ONNX knows no other convolution. */
import type { Convolution, Convolutions } from '../weights/backbone.js'
import type { Node } from './node.js'
import type { MapWriter } from './map-writer.js'
import type { OnnxGraph } from './onnx-graph.js'

export const floatMaps = (graph: OnnxGraph, convolutions: Convolutions): MapWriter => ({
  input: (map) => map,
  float: (map) => map,
  write(node, inputs) {
    switch (node.op) {
      case 'concat':
        return graph.node('Concat', inputs, { axis: 1 })
      case 'maxPool':
        return graph.node('MaxPool', inputs, windowOf(node))
      case 'averagePool':
        return graph.node('AveragePool', inputs, { ...windowOf(node), count_include_pad: 0 })
      case 'conv': {
        const weights = weightsOf(convolutions, node.name)
        const [height, width, channels, filters] = weights.shape
        const kernel = graph.constant(filtersFirst(weights), [filters, channels, height, width], `${node.name}/kernel`)
        const bias = graph.constant(weights.bias, [filters], `${node.name}/bias`)
        return graph.node('Relu', [graph.node('Conv', [...inputs, kernel, bias], windowOf(node))], {}, node.name)
      }
    }
  },
})

/** ONNX's attributes of a convolution or a pool. */
export function windowOf(node: Exclude<Node, { op: 'concat' }>) {
  const window = node.op === 'conv' ? node.kernel : ([node.size, node.size] as const)
  return { kernel_shape: window, strides: [node.stride, node.stride], pads: padsOf(node, window) }
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

export function weightsOf(convolutions: Convolutions, name: string): Convolution {
  const weights = convolutions.get(name)
  if (!weights) throw new Error(`there are no weights of ${name}`)
  return weights
}

/** Keras' [height, width, channels, filters] as ONNX's [filters, channels, height, width]. */
export function filtersFirst({ kernel, shape: [height, width, channels, filters] }: Convolution): Float32Array {
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
