/** What tests of a serving WasteX begin with: runs that are COMPLETED, a photo that the model knows, and one that it does not. */
import { cp, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, inject } from 'vitest'
import { drawSamples } from '../../demo/draw.js'
import type { TrainingRun } from '../../src/db.js'
import { photoFile } from '../../src/photos/store.js'
import { featuresFolder } from '../../src/training/features/place.js'
import { trainingRows } from '../../src/versions/training-rows.js'
import { ask, file, upload } from './client.js'
import type { TestHall } from './hall.js'
import { finished, headAlone } from './training.js'

export const startTraining = (address: string, input: object) =>
  ask<{ startTraining: { name: string } }, object>(
    address,
    'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }',
    { input },
  ).then((answer) => answer.startTraining)

/** The head alone, for fifteen epochs unless `input` says otherwise. @returns the run, COMPLETED */
export async function train(hall: TestHall, address: string, input: object = {}): Promise<TrainingRun> {
  const brief = { datasetVersion: 'v1', ...headAlone, stage1: { epochs: 15 } }
  const { id } = await hall.db.trainingRun.findUniqueOrThrow({
    where: await startTraining(address, { ...brief, ...input }),
  })
  const run = await finished(hall, id)
  expect(run).toMatchObject({ status: 'COMPLETED', error: null })
  return run
}

export const promote = (address: string, name: string) =>
  ask(address, 'mutation ($name: String!) { promote(name: $name) { name } }', { name })

const keptFeatures = () => path.join(inject('kept'), 'features')

/** What the frozen part makes of drawn photos comes from the files of tests that trained before this one. */
export async function takeFeatures(hall: Pick<TestHall, 'config'>): Promise<void> {
  await mkdir(keptFeatures(), { recursive: true })
  await cp(keptFeatures(), featuresFolder(hall.config), { recursive: true })
}

/** A server that shares a hall's database: its first run serves. */
export async function trainAndPromote(hall: TestHall, address: string, input: object = {}): Promise<TrainingRun> {
  await takeFeatures(hall)
  const promotions = hall.events.subscribe('modelPromoted')
  const run = await train(hall, address, { autoPromote: true, ...input })
  await cp(featuresFolder(hall.config), keptFeatures(), { recursive: true, force: false })
  await promotions.next()
  await promotions.return?.()
  // Answered when it serves there.
  await promote(address, run.name)
  return run
}

const isUnknown = async (address: string, bytes: Buffer): Promise<boolean> => {
  const document = 'mutation ($image: Upload!) { classify(image: $image) { ood } }'
  const answer = await upload<{ classify: { ood: boolean } }, object>(address, document, {
    image: file(bytes, 'p.jpg'),
  })
  return answer.data?.classify.ood ?? expect.fail(answer.errors?.[0]?.message)
}

/** A photo of version v1 that the model which serves names, and a drawn one that goes to review. */
export async function findPhotos(hall: TestHall, address: string): Promise<{ known: Buffer; unknown: Buffer }> {
  const named = (await trainingRows(hall.db, 1)).map((row) => String(photoFile(hall.config, row)))
  const odd = await drawSamples(path.join(hall.folder, 'others'), { perClass: 0, odd: 12, seed: 5 })
  const first = async (files: readonly string[], wanted: boolean) => {
    for (const name of files) {
      const bytes = await readFile(name)
      if ((await isUnknown(address, bytes)) === wanted) return bytes
    }
    return expect.fail(`no photo of ${files.length} is ${wanted ? 'unknown' : 'known'}`)
  }
  return {
    known: await first(named, false),
    unknown: await first(
      odd.map((photo) => photo.path),
      true,
    ),
  }
}
