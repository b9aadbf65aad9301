/** Stage 1 of a run. */
import { Moments, type Standardisation } from '../model/standardisation.js'
import { trainingViews, wholeViews } from './examples.js'
import { channelsOf } from './head-blocks.js'
import { headRows, keptRows, type ReadRows } from './head-features.js'
import { firstWeights, HeadNetwork } from './head-network.js'
import { headStage } from './head-stage.js'
import { type HeldRows, rowsOfViews } from './held-rows.js'
import { classWeights } from './loss.js'
import type { Parts } from './parts.js'
import { runStage } from './stage-loop.js'
import { headFrom } from './start-weights.js'
import type { Tail } from './tail.js'

export interface TrainedHead {
  head: HeadNetwork
  standardisation: Standardisation
  read: ReadRows
  /** On the validation photos; undefined without any, or where it was not asked for again. */
  valLoss?: number | undefined
}

/** @param tail what the head hears from the beginning of the blocks behind the boundary; undefined: nothing yet */
export async function trainHead(parts: Parts, tail: Tail | undefined): Promise<TrainedHead> {
  const { job, recipe, blocks, split, source, context, resumed, start } = parts
  const { tf, history, report } = context
  const { settings } = job
  const read = tail ? headRows(source, blocks, tail) : keptRows(source, blocks, blocks.still)
  const width = channelsOf(tail ? blocks.head : blocks.still)
  const shown = trainingViews(split.train, recipe.mirrored)
  const train = rowsOfViews(shown.views, width, job.rowsBytes, read)
  const val = rowsOfViews(wholeViews(split.val), width, job.rowsBytes - train.bytes, read)

  const standardisation = await standardisationOf(train, context.checkStop)
  const shape = { features: width, hidden: recipe.hidden, classes: job.classLabels.length }
  const weights = start
    ? headFrom(start, job.classLabels, standardisation, settings.seed)
    : firstWeights(shape, settings.seed)
  const head = new HeadNetwork(tf, weights)
  if (history.at(-1)?.stage === 'FINE_TUNE') return { head, standardisation, read } // its weights are in that checkpoint

  const data = {
    train: { rows: train, starts: shown.starts, labels: split.train.labels },
    val: { rows: val, labels: split.val.labels },
    weights: classWeights(split.train.labels, job.classLabels.length),
    standardisation,
  }
  const patience = start ? recipe.again.patience : recipe.patience.stage1
  const stage = headStage(tf, head, data, recipe, settings, patience)
  const { epochs, examples: images } = stage
  const message = start ? `Training the head, from the weights of ${start.runName}` : 'Training the head'
  report({ type: 'stage', stage: 'HEAD', epochs, images, message })
  const { loss } = await runStage(stage, context, resumed)
  return { head, standardisation, read, valLoss: split.val.labels.length > 0 ? loss : undefined }
}

async function standardisationOf(rows: HeldRows, checkStop: () => void): Promise<Standardisation> {
  const moments = new Moments(rows.width)
  for await (const some of rows.all()) {
    checkStop()
    moments.add(some)
  }
  return moments.standardisation()
}
