/** A training from photos to a judged and saved model. Runs in a thread of its own; says what it does through `report`. */
import { createHash } from 'node:crypto'
import { loadTensorFlow } from '../model/network/tensorflow.js'
import { loadBackbone } from '../model/weights/find.js'
import { preprocessing } from '../photos/pixels.js'
import { readNewest, writeCheckpoint } from './checkpoint.js'
import { splitOf, viewsWanted } from './examples.js'
import { FeatureSource } from './features/feature-source.js'
import { computedOf, type HeadBlocks, headBlocks, onlyStill } from './head-blocks.js'
import type { Job, Report, RunResult } from './job.js'
import { judgeAndSave } from './judge-and-save.js'
import type { Parts } from './parts.js'
import { PhaseClock } from './phase-clock.js'
import { recipes } from './recipes.js'
import { RunFailure } from './run-failure.js'
import type { LoopContext } from './stage.js'
import { readStart } from './start-weights.js'
import { Tail } from './tail.js'
import { trainHead, type TrainedHead } from './train-head.js'
import { trainTail } from './train-tail.js'

/**
 * @param checkStop throws when the run is to end
 * @param mayWrite comes before a file takes its name; rejects when the run is another attempt's by now
 */
export async function train(
  job: Job,
  report: (report: Report) => void,
  checkStop: () => void,
  mayWrite: () => Promise<void>,
): Promise<RunResult> {
  const { settings } = job
  const recipe = recipes[settings.recipe]
  const blocks = headBlocks(recipe, settings, job.startFrom !== undefined)
  const split = splitOf(job)
  const clock = new PhaseClock()

  clock.start('loading')
  const tf = loadTensorFlow()
  const backbone = await loadBackbone(job.weights)
  const start = job.startFrom ? await readStart(job.startFrom, backbone, blocks) : undefined
  const source = await FeatureSource.open(
    job.folders.features,
    job.featureCacheBytes,
    backbone,
    computedOf(blocks),
    viewsWanted(split, recipe),
  )
  try {
    await computeFeatures(source, job, report, checkStop)
    await source.rest()

    const madeOf = createHash('sha256')
      .update(JSON.stringify([backbone.hash, preprocessing, blocks]))
      .digest('hex')
    const resumed = await readNewest([job.checkpoints.own, ...job.checkpoints.earlier])
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
      save: async (checkpoint) => {
        await mayWrite()
        await writeCheckpoint(job.checkpoints.own, { ...checkpoint, madeOf })
      },
    }
    for (const epoch of context.history) report({ type: 'epoch', ...epoch })
    const parts: Parts = { job, recipe, blocks, split, source, backbone, context, resumed, start }
    return await judgeAndSave({ ...parts, ...context, mayWrite, clock, ...(await learn(parts, clock)) })
  } finally {
    // Its thread must not be in the middle of a batch when this one ends.
    await source.rest()
  }
}

/** Both stages. */
async function learn(
  parts: Parts,
  clock: PhaseClock,
): Promise<TrainedHead & { blocks: HeadBlocks; tail: Tail | undefined }> {
  const { job, blocks, source, backbone, context, start } = parts
  const { tf, checkStop } = context
  // A head that sees nothing else hears the tail from the beginning, and so does one that did in the run it goes on from.
  const heard = blocks.moved.length > 0 && (blocks.still.length === 0 || (start?.hearsTail ?? false))
  const fineTunes = blocks.moved.length > 0 && job.settings.stage2.epochs > 0
  const convolutions = start?.convolutions ?? backbone.convolutions
  const tail = heard || fineTunes ? new Tail(tf, source, blocks, convolutions, checkStop) : undefined

  clock.start('head')
  const alone = await trainHead(parts, heard ? tail : undefined)
  clock.start('fineTune')
  const together = tail && fineTunes ? await trainTail(parts, tail, alone, heard) : undefined
  if (together) return { ...together, blocks, tail }
  return heard ? { ...alone, blocks, tail } : { ...alone, blocks: onlyStill(blocks), tail: undefined }
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
