/**
 * Where on a photo a head has its logits from: the class activation map (Zhou et al. 2016, arXiv:1512.04150), with layers between
 * (Grad-CAM, Selvaraju et al. 2017, arXiv:1610.02391). A head sees averages of maps, so with its ReLUs as this photo sets them
 * every logit is a sum over positions. Nothing is approximated: for each class
 *
 *   logit = what the biases make of it + sum over grids of the average over positions of the evidence there.
 */
import {
  add,
  dense,
  denseOf,
  type Expression,
  gate,
  type HeadWeights,
  layersOf,
  mapOf,
  multiply,
  when,
} from './expression.js'
import { inceptionV3 } from './inception-v3.js'
import { type Network, shapesOf } from './node.js'

/** The boolean input that asks for it; the outputs' names begin with it. */
export const HEAT = 'heat'

/**
 * @returns `logits` [classes], and for each size of grid, as `heat17` and `heat8`, the evidence for each class at each position,
 *   [height, width, classes], below 0 where it speaks against the class
 */
export function headOutputs(head: HeadWeights, network: Network = inceptionV3): Record<string, Expression> {
  const [first, ...others] = layersOf(head)
  if (!first) throw new Error('a head has a layer')
  const shapes = shapesOf(network)
  const hidden = new Map<string, Expression>()
  let from = 0
  for (const block of head.blocks) {
    const { height = 0, channels = 0 } = shapes.get(block) ?? {}
    const own = denseOf([from, from + channels], mapOf(block), first.kernel)
    from += channels
    const name = `${HEAT}${height}`
    const before = hidden.get(name)
    hidden.set(name, before ? add(before, own) : own)
  }
  const outputs: Record<string, Expression> = { logits: (others.at(-1) ?? first).sum }
  for (const [name, sum] of hidden) {
    let evidence = sum
    let below = first
    for (const layer of others) {
      evidence = dense(multiply(evidence, gate(below.sum)), layer.kernel)
      below = layer
    }
    outputs[name] = when(HEAT, evidence)
  }
  return outputs
}
