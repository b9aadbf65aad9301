/** Stage 2 of a run. */
import { buildTail } from '../model/network/tfjs.js'
import { fineTuneStage, mapShapeOf, type Tail } from './fine-tune-stage.js'
import type { HeadNetwork } from './head-network.js'
import { classWeights } from './loss.js'
import type { Parts } from './parts.js'
import { runStage } from './stage-loop.js'
import type { Standardisation } from '../model/standardisation.js'

export async function trainTail(parts: Parts, head: HeadNetwork, standardisation: Standardisation): Promise<Tail> {
  const { job, recipe, blocks, split, source, backbone, context, resumed } = parts
  const { tf, history, report, checkStop } = context
  const { boundary, frozenConvolutions: frozen, moved } = blocks
  const tail: Tail = {
    model: buildTail(tf, { boundary, frozen, blocks: moved, convolutions: backbone.convolutions }),
    boundary,
    frozenWidth: head.shape.still,
    standardisation,
    mapShape: mapShapeOf(boundary),
  }
  const weights = classWeights(split.train.labels, job.classLabels.length)
  const data = { train: split.train, val: split.val, views: recipe.views, weights }
  const stage = fineTuneStage(tf, { tail, head, source }, data, recipe, job.settings, checkStop)
  const { epochs, examples: images } = stage
  report({ type: 'stage', stage: 'FINE_TUNE', epochs, images, message: `Fine-tuning behind ${boundary}` })
  await runStage(stage, context, history.at(-1)?.stage === 'FINE_TUNE' ? resumed : undefined)
  return tail
}
