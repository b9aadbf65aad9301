/** A training from photos to a judged and saved model. Runs in a thread of its own; says what it does through `report`. */
import path from 'node:path'
import { loadTensorFlow } from '../model/network/tensorflow.js'
import { buildTail } from '../model/network/tfjs.js'
import { loadBackbone } from '../model/weights/find.js'
import type { BackboneSource } from '../model/weights/backbone.js'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js'
import { examplesOf, viewsOf } from './examples.js'
import { FeatureSource } from './features/feature-source.js'
import { fineTuneStage, mapShapeOf, type Tail } from './fine-tune-stage.js'
import { channelsOf, headBlocks } from './head-blocks.js'
import { HeadNetwork } from './head-network.js'
import { type HeadExamples, headStage } from './head-stage.js'
import type { EpochResult, Job, Report, RunResult } from './job.js'
import { judgeAndSave } from './judge-and-save.js'
import { classWeights } from './loss.js'
import { PhaseClock } from './phase-clock.js'
import { pooledRows } from './pooled-rows.js'
import { recipes } from './recipes.js'
import { runStage, type LoopContext } from './stage-loop.js'
import { standardisationOf, standardise } from './standardisation.js'

/** @param checkStop throws when the run is to end */
export async function train(job: Job, report: (report: Report) => void, checkStop: () => void): Promise<RunResult> {
  const { settings } = job
  const recipe = recipes[settings.recipe]
  const clock = new PhaseClock()
  const tf = loadTensorFlow()
  const backbone = await loadBackbone({ file: job.weights.file, source: job.weights.source as BackboneSource })
  const blocks = headBlocks(recipe, settings)
  const split = { train: examplesOf(job, 'TRAIN'), val: examplesOf(job, 'VAL'), test: examplesOf(job, 'TEST') }
  const trainViews = viewsOf(split.train, recipe.views)
  const valViews = viewsOf(split.val, ['whole'])

  clock.start('loading')
  const source = await FeatureSource.open(
    job.folders.features,
    job.featureCacheBytes,
    backbone,
    { blocks: blocks.wanted, boundary: blocks.fineTunes ? blocks.boundary : null },
    [...trainViews, ...valViews],
  )
  const { plan } = source
  const again =
    plan.beyondLimit > 0 ? `, ${plan.beyondLimit} beyond WASTEX_CACHE_GB: computed whenever they are read` : ''
  const message = `${plan.views} views: ${plan.cached} in the cache, ${plan.toCompute} to compute${again}`
  report({ type: 'stage', stage: 'LOADING', epochs: 0, images: job.photos.length, message })
  const started = performance.now()
  await source.prepare((done, total) => {
    checkStop()
    const etaSeconds = (((performance.now() - started) / done) * (total - done)) / 1000
    report({ type: 'progress', stage: 'LOADING', epoch: null, done, total, etaSeconds, loss: null })
  })

  clock.start('head')
  const width = channelsOf(blocks.head)
  const trainRows = await pooledRows(source, trainViews, 0, width, checkStop)
  const standardisation = standardisationOf(trainRows, width)
  const head = new HeadNetwork(
    tf,
    { features: width, hidden: recipe.hidden, classes: job.classLabels.length },
    settings.seed,
  )
  const weights = classWeights(split.train.labels, job.classLabels.length)
  const resumed = await readCheckpoint(job.folders.checkpoint)
  const history: EpochResult[] = resumed ? [...resumed.history] : []
  for (const epoch of history) report({ type: 'epoch', ...epoch })
  const context: LoopContext = {
    tf,
    seed: settings.seed,
    report,
    checkStop,
    history,
    save: (checkpoint) => writeCheckpoint(job.folders.checkpoint, checkpoint),
  }
  const fineTuning = history.at(-1)?.stage === 'FINE_TUNE'
  report({
    type: 'stage',
    stage: 'HEAD',
    epochs: settings.stage1.epochs,
    images: split.train.photos.length,
    message: 'Training the head',
  })
  if (!fineTuning) {
    const train: HeadExamples = {
      rows: standardise(trainRows, standardisation),
      labels: trainViews.map((_, i) => split.train.labels[Math.floor(i / recipe.views.length)] as number),
    }
    const val: HeadExamples = {
      rows: standardise(await pooledRows(source, valViews, 0, width, checkStop), standardisation),
      labels: split.val.labels,
    }
    await runStage(headStage(tf, head, { train, val, weights }, recipe, settings), context, resumed)
  }

  let tail: Tail | undefined
  if (blocks.fineTunes) {
    clock.start('fineTune')
    tail = {
      model: buildTail(tf, {
        ...blocks,
        frozen: blocks.frozenConvolutions,
        blocks: blocks.moved,
        convolutions: backbone.convolutions,
      }),
      boundary: blocks.boundary,
      frozenWidth: width - channelsOf(blocks.moved),
      standardisation,
      mapShape: mapShapeOf(blocks.boundary),
    }
    report({
      type: 'stage',
      stage: 'FINE_TUNE',
      epochs: settings.stage2.epochs,
      images: split.train.photos.length,
      message: `Fine-tuning behind ${blocks.boundary}`,
    })
    const data = { train: split.train, val: split.val, views: recipe.views, weights }
    const from = fineTuning ? (resumed as Checkpoint) : undefined
    await runStage(fineTuneStage(tf, { tail, head, source }, data, recipe, settings), context, from)
  }

  const result = await judgeAndSave({
    job,
    report,
    checkStop,
    clock,
    tf,
    backbone,
    blocks,
    recipe,
    split,
    source,
    head,
    tail,
    standardisation,
    history,
  })
  await source.rest()
  return result
}
