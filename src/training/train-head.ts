/** Stage 1 of a run. */
import { type Examples, viewsOf } from './examples.js'
import { channelsOf } from './head-blocks.js'
import { HeadNetwork } from './head-network.js'
import { headStage } from './head-stage.js'
import { classWeights } from './loss.js'
import type { Parts } from './parts.js'
import { pooledRows } from './pooled-rows.js'
import { runStage } from './stage-loop.js'
import { standardisationOf, standardise, type Standardisation } from '../model/standardisation.js'
import type { View } from '../photos/views.js'

export async function trainHead(parts: Parts): Promise<{ head: HeadNetwork; standardisation: Standardisation }> {
  const { job, recipe, blocks, split, source, context, resumed } = parts
  const { tf, checkStop, history, report } = context
  const width = channelsOf(blocks.head)
  const still = width - channelsOf(blocks.moved)
  const read = (examples: Examples, views: readonly View[]) =>
    pooledRows(source, viewsOf(examples, views), blocks, blocks.head, checkStop)

  const trainRows = await read(split.train, recipe.views)
  const standardisation = standardisationOf(trainRows, width)
  const shape = { features: width, still, hidden: recipe.hidden, classes: job.classLabels.length }
  const head = new HeadNetwork(tf, shape, job.settings.seed)
  if (history.at(-1)?.stage === 'FINE_TUNE') return { head, standardisation } // its weights are in that checkpoint

  const prepare = (rows: Float32Array) => withoutMoved(standardise(rows, standardisation), width, still)
  const data = {
    train: { rows: prepare(trainRows), views: recipe.views.length, labels: split.train.labels },
    val: { rows: prepare(await read(split.val, ['whole'])), views: 1, labels: split.val.labels },
    weights: classWeights(split.train.labels, job.classLabels.length),
  }
  const stage = headStage(tf, head, data, recipe, job.settings)
  const { epochs, examples: images } = stage
  report({ type: 'stage', stage: 'HEAD', epochs, images, message: 'Training the head' })
  await runStage(stage, context, resumed)
  return { head, standardisation }
}

/** What fine-tuning will change is no guide yet: 0 is the mean of a standardised feature. In place. */
function withoutMoved(rows: Float32Array, width: number, still: number): Float32Array {
  if (still > 0) for (let start = 0; start < rows.length; start += width) rows.fill(0, start + still, start + width)
  return rows
}
