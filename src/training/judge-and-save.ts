/** The end of a run: the model is written aside, judged, and takes its place in `models/` complete or not at all. */
import path from 'node:path'
import { writeInDraft, writeNewFolder } from '../disk.js'
import { calibrationError } from '../evaluation/calibration.js'
import { confusionPng } from '../evaluation/confusion-png.js'
import { historyCsv } from '../evaluation/history-csv.js'
import { evaluate } from '../evaluation/metrics.js'
import { predictionsCsv } from '../evaluation/predictions-csv.js'
import { classificationReport } from '../evaluation/report.js'
import { type Card, cardFile, goldenFile, onnxFile } from '../model/card.js'
import { quoted } from '../quoted.js'
import { artefactOf, artefactsIn } from './artefacts.js'
import { cardOf } from './card-of.js'
import { compareWithServing } from './compare-with-serving.js'
import type { Ending } from './ending.js'
import { finalModel, judgeFeatures } from './final-model.js'
import { goldenPictures } from './golden.js'
import type { Job, RunResult, TrainingPhoto } from './job.js'
import type { Judged } from './judge.js'
import { judgedPhotos } from './judged-photos.js'
import { quantise } from './quantise.js'
import { rows } from './rows.js'
import { saveLayers } from './save-layers.js'
import { witnessesOf } from './witnesses.js'

export async function judgeAndSave(ending: Ending): Promise<RunResult> {
  const { job, split, clock, report, checkStop, mayWrite } = ending
  let result: RunResult | undefined
  clock.start('evaluating')
  const test = split.test.photos
  report({
    type: 'stage',
    stage: 'EVALUATING',
    epochs: 0,
    images: test.length,
    message: `Judging on ${test.length} photos${untestedOf(job)}`,
  })
  const model = await finalModel(ending, split.train, split.val)
  checkStop()
  await writeNewFolder(job.folders.model, async (folder) => {
    const write = (name: string, content: Uint8Array | string) => writeInDraft(path.join(folder, name), content)
    await write(onnxFile, model.onnx)
    const judged = await judgeFeatures(ending, model.novelty, split.test)
    const { comparison, said } = await compareWithServing(ending, judged)
    const evaluation = evaluate({ classLabels: job.classLabels, truth: split.test.labels, logits: judged.logits })

    clock.start('saving')
    report({ type: 'stage', stage: 'SAVING', epochs: 0, images: test.length, message: 'Saving the model' })
    const golden = goldenPictures()
    const witnesses = await witnessesOf(ending, path.join(folder, onnxFile), judged, golden)
    const agreement = await saveLayers(ending, model, folder, witnesses)
    await write(goldenFile, Buffer.concat(golden))
    clock.start('quantising')
    const quantised = await quantise(ending, model, folder, judged, golden)
    clock.start('saving')
    await write('metrics.json', json(evaluation))
    await write('comparison.json', json(comparison))
    await write('classification_report.txt', classificationReport(evaluation))
    await write('confusion_matrix.png', await confusionPng(evaluation, `${job.runName} on ${job.versionName}`))
    await write('history.csv', historyCsv(ending.history))
    await write(
      'predictions.csv',
      predictionsCsv(job.classLabels, model.thresholds, predictedPhotos(test, judged, job)),
    )
    checkStop()
    const files = await artefactsIn(folder)
    const card = await cardOf(ending, model, {
      agreement,
      calibration: calibrationOf(model.temperature, split.test.labels, judged, job),
      quantised,
      golden: rows(witnesses.goldenLogits, job.classLabels.length),
    })
    await write(cardFile, json({ ...card, files } satisfies Card))
    const artefacts = [await artefactOf(folder, cardFile), ...files]
    const testPhotos = judgedPhotos(test, judged, job.classLabels, said)
    result = { evaluation, comparison, testPhotos, thresholds: model.thresholds, artefacts }
    await mayWrite()
  })
  if (!result) throw new Error('the folder was written without a result')
  return result
}

function untestedOf({ untrainable: { classLabels, testImages } }: Job): string {
  return testImages === 0 ? '' : `, without ${testImages} of ${quoted(classLabels)}: no training photo`
}

function calibrationOf(temperature: number | null, truth: readonly number[], { logits }: Judged, job: Job) {
  if (temperature === null) return null
  const scored = { truth, logits, classes: job.classLabels.length }
  return { temperature, error: { before: calibrationError(scored), after: calibrationError(scored, temperature) } }
}

function predictedPhotos(photos: readonly TrainingPhoto[], { logits, novelty }: Judged, { classLabels }: Job) {
  const own = rows(logits, classLabels.length)
  return photos.map((photo, i) => ({
    contentHash: photo.contentHash,
    classLabel: photo.classLabel,
    logits: own[i] ?? [],
    novelty: novelty[i] ?? null,
  }))
}

const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`
