/** The end of a run: the model is written aside, judged, and takes its place in `models/` complete or not at all. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { writeFileWhole, writeFolderWhole } from '../disk.js'
import { compare } from '../evaluation/comparison.js'
import { confusionPng } from '../evaluation/confusion-png.js'
import { historyCsv } from '../evaluation/history-csv.js'
import { evaluate } from '../evaluation/metrics.js'
import { predictionsCsv } from '../evaluation/predictions-csv.js'
import { classificationReport } from '../evaluation/report.js'
import { type Card, cardFile, goldenFile, onnxFile, type Quantised, quantisedFile } from '../model/card.js'
import { saveLayersModel } from '../model/network/layers-model-files.js'
import { buildWhole } from '../model/network/tfjs.js'
import { preprocessing } from '../photos/pixels.js'
import { messageOf } from '../errors.js'
import {
  agreementPhotos,
  agreementTolerance,
  halfTolerance,
  largestDifference,
  maxLogitDifference,
} from './agreement.js'
import { artefactsIn } from './artefacts.js'
import { finalModel, type FinalModel, judgeFeatures, type Trained } from './final-model.js'
import { judge, type Judged } from './judge.js'
import { judgeBaseline } from './judge-baseline.js'
import type { EpochResult, Job, Report, RunResult, TrainingPhoto } from './job.js'
import type { Parts } from './parts.js'
import type { PhaseClock } from './phase-clock.js'
import { judgeQuantised, quantisedModel } from './quantised-model.js'
import { readPixels } from './read-pixels.js'
import type { Recipe } from './recipes.js'
import { RunFailure } from './run-failure.js'
import { versions } from './versions.js'

export interface Ending extends Trained {
  job: Job
  recipe: Recipe
  split: Parts['split']
  history: readonly EpochResult[]
  clock: PhaseClock
  report: (report: Report) => void
  /** Throws when the run is to end. */
  checkStop: () => void
}

const goldenPhotos = 4

export async function judgeAndSave(ending: Ending): Promise<RunResult> {
  const { job, split, clock, report, checkStop } = ending
  const target = path.join(job.folders.models, job.runName)
  let result: RunResult | undefined
  clock.start('evaluating')
  const test = split.test.photos
  report({
    type: 'stage',
    stage: 'EVALUATING',
    epochs: 0,
    images: test.length,
    message: `Judging on ${test.length} photos`,
  })
  const model = await finalModel(ending, split.train, split.val)
  checkStop()
  await writeFolderWhole(target, async (folder) => {
    const write = (name: string, content: Uint8Array | string) => writeFileWhole(path.join(folder, name), content)
    await write(onnxFile, model.onnx)
    const judged = await judgeFeatures(ending, model.novelty, split.test)
    const comparison = await compareWithServing(ending, judged)
    const evaluation = evaluate({ classLabels: job.classLabels, truth: split.test.labels, logits: judged.logits })

    clock.start('saving')
    report({ type: 'stage', stage: 'SAVING', epochs: 0, images: test.length, message: 'Saving the model' })
    const witnesses = await witnessesOf(ending, path.join(folder, onnxFile), judged)
    const agreement = await saveLayers(ending, model, folder, witnesses)
    const golden = witnesses.photos.slice(0, goldenPhotos)
    await write(goldenFile, Buffer.concat(await Promise.all(golden.map(readPixels))))
    clock.start('quantising')
    const quantised = await quantise(ending, model, folder, judged, golden)
    clock.start('saving')
    await write('metrics.json', json(evaluation))
    await write('comparison.json', json(comparison))
    await write('classification_report.txt', classificationReport(evaluation))
    await write('confusion_matrix.png', confusionPng(evaluation, `${job.runName} on ${job.versionName}`))
    await write('history.csv', historyCsv(ending.history))
    await write(
      'predictions.csv',
      predictionsCsv(job.classLabels, model.thresholds, predictedPhotos(test, judged, job)),
    )
    checkStop()
    const files = await artefactsIn(folder)
    const card = await cardOf(ending, model, {
      agreement,
      quantised,
      golden: rows(witnesses.logits, job.classLabels.length).slice(0, golden.length),
    })
    await write(cardFile, json({ ...card, files } satisfies Card))
    const artefacts = await artefactsIn(folder)
    result = { evaluation, comparison, thresholds: model.thresholds, artefacts }
  })
  if (!result) throw new Error('the folder was written without a result')
  return result
}

/** The new model against the one that serves, on test photos that the latter has never seen. */
async function compareWithServing({ job, split, report, checkStop }: Ending, judged: Judged) {
  const { photos, labels } = split.test
  const { baseline } = job
  if (!baseline) return null
  const fresh = photos.flatMap((photo, i) => (baseline.seen.has(photo.contentHash) ? [] : [i]))
  const older = await judgeBaseline(
    path.join(job.folders.models, baseline.runName),
    fresh.map((i) => photos[i] as TrainingPhoto),
    checkStop,
  ).catch((error: unknown) => {
    checkStop()
    report({ type: 'warning', message: `Not compared with run “${baseline.runName}”: ${messageOf(error)}` })
  })
  // Hours of training are not lost because the older model's folder is.
  if (!older) return null
  const own = rows(judged.logits, job.classLabels.length)
  return compare({
    candidate: {
      classLabels: job.classLabels,
      logits: Float32Array.from(fresh.flatMap((i) => own[i] ?? [])),
      trainingImages: split.train.photos.length,
    },
    baseline: {
      classLabels: older.card.classLabels,
      logits: older.logits,
      trainingImages: older.card.photos.train,
    },
    truth: fresh.map((i) => job.classLabels[labels[i] as number] as string),
    leftOut: photos.length - fresh.length,
  })
}

/** Photos by which the model can be believed elsewhere, and what it says of them through onnxruntime. */
interface Witnesses {
  photos: TrainingPhoto[]
  /** float32 [photos, classes] */
  logits: Float32Array
}

/**
 * Test photos; where there are too few of them, others of the version. They go through the saved model from their bytes: what the
 * evaluation made of features that are kept must be the same.
 */
async function witnessesOf({ split, checkStop, tail }: Ending, model: string, judged: Judged): Promise<Witnesses> {
  const tested = split.test.photos.slice(0, agreementPhotos)
  const others = [...split.val.photos, ...split.train.photos].slice(0, agreementPhotos - tested.length)
  const photos = [...tested, ...others]
  const { logits } = await judge(model, photos, checkStop)
  const classes = logits.length / photos.length
  const difference = largestDifference(judged.logits.subarray(0, tested.length * classes), logits)
  const tolerance = tail ? halfTolerance : agreementTolerance
  if (!(difference <= tolerance))
    throw new RunFailure(
      `Kept features and ONNX do not agree: their logits differ by ${difference} (at most ${tolerance}). Delete the feature cache (WASTEX_DATA, features) and start again.`,
    )
  return { photos, logits }
}

/** @returns null where it cannot be had, told as a warning: a model that was trained and judged is not lost by it. */
async function quantise(
  { job, split, report, checkStop }: Ending,
  model: FinalModel,
  folder: string,
  float32: Judged,
  golden: readonly TrainingPhoto[],
): Promise<Quantised | null> {
  const file = path.join(folder, quantisedFile)
  try {
    await writeFileWhole(file, await quantisedModel(model, split, checkStop))
    const { classLabels } = job
    return await judgeQuantised({
      file,
      split,
      float32,
      classLabels,
      thresholds: model.thresholds,
      golden,
      checkStop,
    })
  } catch (error) {
    checkStop()
    report({ type: 'warning', message: `There will be no model in 8 bits: ${messageOf(error)}` })
    await rm(file, { force: true })
    return null
  }
}

/** tfjs' files; and a run whose two engines do not agree fails here. */
async function saveLayers(ending: Ending, { convolutions, head }: FinalModel, folder: string, witnesses: Witnesses) {
  const { tf, blocks, recipe, checkStop } = ending
  const freezing = { boundary: blocks.boundary, frozen: blocks.frozenConvolutions }
  const model = buildWhole(tf, { ...freezing, convolutions, head, dropout: recipe.dropout.features })
  try {
    await saveLayersModel(tf, model, folder)
    const { photos, logits } = witnesses
    const difference = await maxLogitDifference(tf, model, photos, logits, checkStop)
    if (!(difference <= agreementTolerance))
      throw new RunFailure(
        `tfjs and ONNX do not agree: their logits differ by ${difference} (at most ${agreementTolerance}).`,
      )
    return { photos: photos.length, maxLogitDifference: difference }
  } finally {
    model.dispose()
  }
}

async function cardOf(
  { job, recipe, split, backbone, blocks, clock, source, tail }: Ending,
  model: FinalModel,
  { agreement, golden, quantised }: Pick<Card, 'agreement' | 'quantised'> & { golden: number[][] },
): Promise<Omit<Card, 'files'>> {
  return {
    format: 1,
    run: { id: job.runId, name: job.runName },
    datasetVersion: job.versionName,
    classLabels: job.classLabels,
    photos: { train: split.train.photos.length, val: split.val.photos.length, test: split.test.photos.length },
    recipe: job.settings.recipe,
    startedFrom: job.startFrom ?? null,
    settings: { ...job.settings, recipeDetails: recipe },
    seed: job.settings.seed,
    backbone: { sha256: backbone.hash, source: backbone.source },
    preprocessing,
    features: { ...source.plan, computed: source.computed },
    thresholds: model.thresholds,
    network: {
      boundary: blocks.boundary,
      head: [...blocks.head],
      trainedLayers: tail ? job.settings.stage2.layers : 0,
    },
    agreement,
    golden: { photos: golden.length, logits: golden },
    quantised,
    timings: clock.stop(),
    versions: await versions(),
    createdAt: new Date().toISOString(),
  }
}

function predictedPhotos(photos: readonly TrainingPhoto[], { logits, novelty }: Judged, { classLabels }: Job) {
  const own = rows(logits, classLabels.length)
  return photos.map((photo, i) => ({
    contentHash: photo.contentHash,
    filename: path.basename(photo.path),
    path: photo.path,
    classLabel: photo.classLabel,
    logits: own[i] ?? [],
    novelty: novelty[i] ?? null,
  }))
}

/** float32 [N, width] as N rows. */
const rows = (values: Float32Array, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, i) => [...values.subarray(i * width, (i + 1) * width)])

const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`
