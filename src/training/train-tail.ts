/** Stage 2 of a run. */
import { sideBySide, standardisationOf } from '../model/standardisation.js'
import { evenly, trainingViews, wholeViews } from './examples.js'
import { fineTuneStage } from './fine-tune-stage.js'
import { channelsOf } from './head-blocks.js'
import { headRows } from './head-features.js'
import { HeadNetwork, narrowed, widened } from './head-network.js'
import { classWeights } from './loss.js'
import type { Parts } from './parts.js'
import type { Stage } from './stage.js'
import { runStage } from './stage-loop.js'
import type { Tail } from './tail.js'
import type { TrainedHead } from './train-head.js'

/** By so many photos the averages that the tail makes are standardised. */
const standardisedBy = 256

/** @returns undefined when fine-tuning was undone, and with it what the head had come to hear of the tail */
export async function trainTail(
  parts: Parts,
  tail: Tail,
  before: TrainedHead,
  heard: boolean,
): Promise<TrainedHead | undefined> {
  const { job, recipe, blocks, split, source, context, resumed } = parts
  const { tf, history, report } = context
  const whole = heard ? before : await hearing(parts, tail, before)
  const val = { views: wholeViews(split.val), labels: split.val.labels }
  const weights = classWeights(split.train.labels, job.classLabels.length)
  const data = { train: split.train, shown: trainingViews(split.train, recipe.mirrored), val, weights }
  const stage: Stage = {
    ...fineTuneStage(tf, { source, blocks, tail, ...whole }, data, recipe, job.settings),
    lossBefore: before.valLoss, // the ears weigh nothing: it says what it said
  }
  const { epochs, examples: images } = stage
  report({ type: 'stage', stage: 'FINE_TUNE', epochs, images, message: `Fine-tuning behind ${blocks.boundary}` })
  const { bestEpoch } = await runStage(stage, context, history.at(-1)?.stage === 'FINE_TUNE' ? resumed : undefined)
  if (heard || bestEpoch > 0) return whole
  // The head's part is what it was before: from a checkpoint, that is where it stands.
  before.head.dispose()
  before.head = new HeadNetwork(tf, narrowed(whole.head.weights(), channelsOf(blocks.still)))
  whole.head.dispose()
  return undefined
}

/** The head with ears for the tail: what comes from there weighs nothing yet, so fine-tuning begins where stage 1 ended. */
async function hearing({ blocks, source, context, split }: Parts, tail: Tail, before: TrainedHead) {
  const photos = evenly(split.train.photos, standardisedBy)
  const rows = await tail.averages(photos.map((photo) => ({ photo, view: 'whole' })))
  const ofTail = standardisationOf(rows, tail.width)
  return {
    head: new HeadNetwork(context.tf, widened(before.head.weights(), tail.width)),
    standardisation: sideBySide(before.standardisation, ofTail),
    read: headRows(source, blocks, tail),
  }
}
