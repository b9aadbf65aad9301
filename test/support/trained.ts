/** What tests of a serving WasteX begin with: runs that are COMPLETED. */
import { cp, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, inject } from 'vitest'
import type { TrainingRun } from '../../src/db.js'
import { featuresFolder } from '../../src/training/features/place.js'
import { ask } from './client.js'
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
