/** What a run begins with that goes on from another one: its head, and its convolutions behind the boundary. */
import { messageOf } from '../errors.js'
import { readCard } from '../model/card.js'
import { checkCardFile, readChecked } from '../model/checked-file.js'
import type { DenseWeights } from '../model/network/expression.js'
import { layersModelFile, layersWeightsFile, readLayersWeights } from '../model/network/layers-model-files.js'
import { type Standardisation, unfold } from '../model/standardisation.js'
import type { Backbone, Convolutions } from '../model/weights/backbone.js'
import { preprocessing } from '../photos/pixels.js'
import { firstWeights } from './head-network.js'
import { type HeadBlocks, onlyStill } from './head-blocks.js'
import type { OtherRun } from './job.js'
import { RunFailure } from './run-failure.js'

export interface StartWeights {
  runName: string
  /** In the order of its logits. */
  classLabels: readonly string[]
  /** On features as they are, not standardised. */
  layers: DenseWeights[]
  /** The backbone's, and those that were tuned. */
  convolutions: Convolutions
  /** Whether its head hears blocks behind the boundary. */
  hearsTail: boolean
}

/** @throws RunFailure when the run was made of something else, or its files are not as it wrote them: its weights would mean nothing */
export async function readStart(
  { runName, folder, artefacts }: OtherRun,
  backbone: Backbone,
  blocks: HeadBlocks,
): Promise<StartWeights> {
  const orSay = (cause: unknown): never => {
    throw cannotGoOn(runName, messageOf(cause), cause)
  }
  const card = await readCard(folder).catch(orSay)
  await checkCardFile(folder, artefacts).catch(orSay)
  const { network } = card
  const hearsTail = network.head.join() === blocks.head.join()
  const sameHead = hearsTail || network.head.join() === onlyStill(blocks).head.join()
  if (card.backbone.sha256 !== backbone.hash)
    throw cannotGoOn(runName, 'it was trained from other weights of InceptionV3')
  if (card.preprocessing !== preprocessing || !sameHead || network.boundary !== blocks.boundary)
    throw cannotGoOn(runName, 'it was made by another version of WasteX')
  const [model, values] = await Promise.all(
    [layersModelFile, layersWeightsFile].map((name) => readChecked(folder, card, name).catch(orSay)),
  )
  const weights = readLayersWeights(model as Buffer, values as Buffer)
  const convolutions = new Map(backbone.convolutions)
  for (const [name, own] of weights.convolutions) convolutions.set(name, own)
  return { runName, classLabels: card.classLabels, layers: [...weights.dense], convolutions, hearsTail }
}

const cannotGoOn = (runName: string, why: string, cause?: unknown) =>
  new RunFailure(`It cannot go on from ${runName}: ${why}. Start it with \`fromServing: false\`.`, { cause })

/** A class that the run did not know begins as in a first training. */
export function headFrom(
  { layers, classLabels }: StartWeights,
  labels: readonly string[],
  standardisation: Standardisation,
  seed: number,
): DenseWeights[] {
  const [first, ...others] = layers
  if (!first) throw new Error('a head has a layer')
  const known = [unfold(standardisation, first), ...others]
  const last = known.at(-1) as DenseWeights
  const inputs = last.kernel.length / last.bias.length
  const fresh = firstWeights({ features: inputs, hidden: null, classes: labels.length }, seed)[0] as DenseWeights
  const kernel = Float32Array.from(fresh.kernel)
  const bias = new Float32Array(labels.length)
  labels.forEach((label, column) => {
    const from = classLabels.indexOf(label)
    if (from < 0) return
    bias[column] = last.bias[from] as number
    for (let row = 0; row < inputs; row++)
      kernel[row * labels.length + column] = last.kernel[row * classLabels.length + from] as number
  })
  return [...known.slice(0, -1), { kernel, bias }]
}
