/** A training from photos to a judged and saved model. Runs in a thread of its own; says what it does through `report`. */
import { createHash } from 'node:crypto'
import { loadTensorFlow } from '../model/network/tensorflow.js'
import { loadBackbone } from '../model/weights/find.js'
import { readCheckpoint, writeCheckpoint } from './checkpoint.js'
import { examplesOf, viewsOf } from './examples.js'
import { FeatureSource } from './features/feature-source.js'
import { headBlocks } from './head-blocks.js'
import type { Job, Report, RunResult } from './job.js'
import { judgeAndSave } from './judge-and-save.js'
import { preprocessing } from '../photos/pixels.js'
import { RunFailure } from './run-failure.js'
import { PhaseClock } from './phase-clock.js'
import { recipes } from './recipes.js'
import type { LoopContext } from './stage-loop.js'
import { trainHead } from './train-head.js'
import { trainTail } from './train-tail.js'

/** @param checkStop throws when the run is to end */
export async function train(job: Job, report: (report: Report) => void, checkStop: () => void): Promise<RunResult> {
  const { settings } = job
  const recipe = recipes[settings.recipe]
  const blocks = headBlocks(recipe, settings)
  const split = { train: examplesOf(job, 'TRAIN'), val: examplesOf(job, 'VAL'), test: examplesOf(job, 'TEST') }
  const clock = new PhaseClock()

  clock.start('loading')
  const tf = loadTensorFlow()
  const backbone = await loadBackbone(job.weights)
  const source = await FeatureSource.open(
    job.folders.features,
    job.featureCacheBytes,
    backbone,
    { blocks: blocks.wanted, boundary: blocks.fineTunes ? blocks.boundary : null },
    [...viewsOf(split.train, recipe.views), ...viewsOf(split.val, ['whole'])],
  )
  await computeFeatures(source, job, report, checkStop)
  await source.rest()

  const madeOf = createHash('sha256')
    .update(JSON.stringify([backbone.hash, preprocessing, blocks]))
    .digest('hex')
  const resumed = await readCheckpoint(job.folders.checkpoint)
  if (resumed && resumed.madeOf !== madeOf)
    throw new RunFailure(
      'Its checkpoint was made with other weights of InceptionV3. Name those again, or start a new run.',
    )
  const context: LoopContext = {
    tf,
    seed: settings.seed,
    report,
    checkStop,
    history: [...(resumed?.history ?? [])],
    save: (checkpoint) => writeCheckpoint(job.folders.checkpoint, { ...checkpoint, madeOf }),
  }
  for (const epoch of context.history) report({ type: 'epoch', ...epoch })
  const parts = { job, recipe, blocks, split, source, backbone, context, resumed }

  clock.start('head')
  const { head, standardisation } = await trainHead(parts)
  clock.start('fineTune')
  const tail = blocks.fineTunes ? await trainTail(parts, head, standardisation) : undefined
  return judgeAndSave({ ...parts, ...context, clock, head, standardisation, tail })
}

/** The frozen part, over what the cache lacks. */
async function computeFeatures(
  source: FeatureSource,
  job: Job,
  report: (report: Report) => void,
  checkStop: () => void,
): Promise<void> {
  const { views, cached, toCompute, beyondLimit } = source.plan
  const again = beyondLimit > 0 ? `, ${beyondLimit} beyond WASTEX_CACHE_GB: computed whenever they are read` : ''
  const message = `${views} views: ${cached} in the cache, ${toCompute} to compute${again}`
  report({ type: 'stage', stage: 'LOADING', epochs: 0, images: job.photos.length, message })
  const started = performance.now()
  await source.prepare((done, total) => {
    checkStop()
    const etaSeconds = (((performance.now() - started) / done) * (total - done)) / 1000
    report({ type: 'progress', stage: 'LOADING', epoch: null, done, total, etaSeconds, loss: null })
  })
}
