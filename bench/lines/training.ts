/** A first training against Keras, and the next one against the first. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { CreateVersionDocument } from '../../documents/generated/graphql.js'
import { findBackbone } from '../../src/model/weights/find.js'
import { photoFile } from '../../src/photos/store.js'
import { recipes } from '../../src/training/recipes.js'
import { trainingRows } from '../../src/versions/training-rows.js'
import { type House, stage, train, trainedBefore } from '../house.js'
import { kerasReference, pythonWithTensorFlow } from '../python.js'
import type { Bench } from '../bench.js'
import { atLeast, mebibytes, type Row, seconds } from '../table.js'

export async function* training(bench: Bench): AsyncGenerator<Row> {
  const house = await bench.house()
  const { run, ms } = house.firstTraining
  const rss = await house.server.peakRss()
  yield {
    what: `memory of a server that trains, ${house.photos.length} photos`,
    ours: mebibytes(rss),
    against: '',
    ratio: '',
    goal: '',
    reached: undefined,
  }

  const version = await house.db.datasetVersion.findUniqueOrThrow({ where: { name: 'v1' } })
  const again = await trainAgain(house)
  // Both on the same photos: those of the second version's test split that neither has learned from.
  const f1 = again.run.comparison?.deltas.find(({ metric }) => metric === 'macroF1')
  const [before, after] = [f1?.baseline ?? Number.NaN, f1?.candidate ?? Number.NaN]
  yield {
    what: `training again after +${((100 * again.added) / version.totalImages).toFixed(1)} % photos (macro F1 ${after.toFixed(3)})`,
    ours: seconds(again.ms),
    against: `${seconds(ms)}, the first training here (macro F1 ${before.toFixed(3)})`,
    ...atLeast(ms / again.ms, 5, '×'),
    reached: ms / again.ms >= 5 && after >= before,
  }

  const keras = await kerasOf(bench, house, version.id)
  if (!keras) return
  const accuracy = run.evaluation?.accuracy ?? Number.NaN
  yield {
    what: `a full training, two stages (test accuracy ${(100 * accuracy).toFixed(1)} %)`,
    ours: seconds(ms),
    against: `${seconds(keras.ms)}, ${keras.how}`,
    ...atLeast(keras.ms / ms, 10, '×'),
  }
}

/** v2: the photos that were held back come in by review, are labelled, and a new training starts. */
async function trainAgain(house: House) {
  const before = await trainedBefore(house.db, house.client, 'v2')
  if (before) return { ...before, added: house.heldBack.length }
  for (const { file, classLabel } of house.heldBack)
    await stage(house, await readFile(file), path.basename(file), classLabel)
  await house.client.ask(CreateVersionDocument, { input: { name: 'v2', parent: 'v1', activate: true } })
  return { ...(await train(house.client, { datasetVersion: 'v2' })), added: house.heldBack.length }
}

/** Some epochs of each stage are timed, and the fastest multiplied: an hour of Keras says no more, and a busy neighbour is not Keras' fault. */
async function kerasOf(bench: Bench, house: House, versionId: number) {
  const weights = await findBackbone(house.config, bench.say)
  if (!('file' in weights) || !weights.file.endsWith('.h5')) {
    bench.say('  no Keras here: it reads .h5 weights alone (WASTEX_WEIGHTS)')
    return undefined
  }
  const python = await pythonWithTensorFlow(bench)
  if (!python) return undefined
  const rows = await trainingRows(house.db, versionId)
  const labels = [...new Set(rows.map(({ classLabel }) => classLabel))].toSorted()
  const list = path.join(bench.folder, 'photos.json')
  await writeFile(
    list,
    JSON.stringify(
      rows.map((row) => ({
        file: photoFile(house.config, row),
        label: labels.indexOf(row.classLabel),
        split: row.split,
      })),
    ),
  )
  const epochs = Number(process.env['BENCH_KERAS_EPOCHS'] ?? 2)
  const told = await kerasReference(python, { photos: list, weights: weights.file, epochs, say: bench.say })
  const { stage1, stage2 } = recipes.REFERENCE
  const epochSeconds = (stage: 1 | 2) =>
    Math.min(...told.epochs.filter((epoch) => epoch.stage === stage).map((epoch) => epoch.seconds))
  const [one, two] = [epochSeconds(1), epochSeconds(2)]
  const ms = 1000 * (told.once + stage1.epochs * one + stage2.epochs * two)
  const shown = `Keras, reference recipe: ${stage1.epochs} epochs of ${one.toFixed(0)} s and ${stage2.epochs} of ${two.toFixed(0)} s, ${told.once.toFixed(0)} s to decode, load, evaluate and save`
  return {
    ms,
    how:
      epochs >= stage1.epochs
        ? `${shown}, test accuracy ${(100 * told.accuracy).toFixed(1)} %`
        : `${shown}, the fastest of ${epochs} of each, multiplied`,
  }
}
