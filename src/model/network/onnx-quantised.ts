/**
 * The network's nodes as onnxruntime's 8-bit operators, channels first. ReLU costs nothing: what is below a uint8's zero becomes
 * zero when a sum is rounded to it.
 */
import type { Convolutions } from '../weights/backbone.js'
import { PIXELS } from './node.js'
import type { MapWriter } from './map-writer.js'
import { filtersFirst, weightsOf, windowOf } from './onnx-float.js'
import type { OnnxGraph } from './onnx-graph.js'
import { quantise, type Scales } from './quantisation.js'

export function quantisedMaps(graph: OnnxGraph, convolutions: Convolutions, scales: Scales): MapWriter {
  const zero = graph.constant(new Uint8Array(1), [])
  const scaleOf = (name: string) => {
    const scale = scales.get(name)
    if (scale === undefined) throw new Error(`there is no scale of ${name}`)
    return scale
  }
  const steps = (name: string) => [graph.constant(new Float32Array([scaleOf(name)]), []), zero]

  return {
    input: (map) => graph.node('QuantizeLinear', [map, ...steps(PIXELS)]),
    float: (map, block) => graph.node('DequantizeLinear', [map, ...steps(block)]),
    write(node, inputs) {
      const [from = PIXELS] = node.inputs
      switch (node.op) {
        case 'concat':
          return graph.node('Concat', inputs, { axis: 1 })
        case 'maxPool':
          return graph.node('MaxPool', inputs, windowOf(node))
        case 'averagePool':
          return graph.node('com.microsoft.QLinearAveragePool', [...inputs, ...steps(from), ...steps(node.name)], {
            ...windowOf(node),
            count_include_pad: 0,
          })
        case 'conv': {
          const weights = weightsOf(convolutions, node.name)
          const [height, width, channels, filters] = weights.shape
          const quantised = quantise(filtersFirst(weights), weights.bias, scaleOf(from))
          const kernel = [
            graph.constant(quantised.kernel, [filters, channels, height, width], `${node.name}/kernel`),
            graph.constant(quantised.scales, [filters]),
            graph.constant(new Int8Array(filters), [filters]),
          ]
          const bias = graph.constant(quantised.bias, [filters], `${node.name}/bias`)
          const all = [...inputs, ...steps(from), ...kernel, ...steps(node.name), bias]
          return graph.node('QLinearConv', all, windowOf(node), node.name)
        }
      }
    },
  }
}
