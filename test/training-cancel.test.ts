import { existsSync } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readCard } from '../src/model/card.js'
import { checkpointFile, checkpointsOfRun } from '../src/training/prepare-job.js'
import { settingsFrom } from '../src/training/settings.js'
import { Training } from '../src/training/training.js'
import { openTestHall, type TestHall } from './support/hall.js'
import {
  drawVersion,
  epochsTold,
  finished,
  hasTold,
  headAlone,
  runOf,
  runWhen,
  statusesTold,
  told,
  weights,
} from './support/training.js'
import { takeFeatures } from './support/trained.js'
import { by } from './support/doer.js'

const timeout = 120_000
let hall: TestHall
let training: Training

beforeAll(async () => {
  hall = await openTestHall(weights)
  training = new Training(hall, async () => {})
  await drawVersion(hall, 'v1', { perClass: 8 })
  await takeFeatures(hall)
})
afterAll(async () => {
  await training.close()
  await hall.close()
})

/** Goes on for minutes if nobody stops it. */
const endless = { ...headAlone, stage1: { epochs: 1_000 }, batchSize: 1 }

it('is refused where there is nothing to cancel or resume', async () => {
  await expect(training.cancel(by, 'run-77')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(training.resume(by, 'run-77')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const version = await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'v1' } })
  const done = {
    versionId: version.id,
    recipe: 'DEFAULT' as const,
    settings: {},
    classLabels: [] as string[],
    status: 'COMPLETED' as const,
  }
  const { name } = await hall.db.trainingRun.create({ data: { ...done, name: 'done' } })
  await expect(training.cancel(by, name)).rejects.toMatchObject({ code: 'CONFLICT' })
  await expect(training.resume(by, name)).rejects.toMatchObject({ code: 'CONFLICT' })
})

it(
  'stops a run at once, and resumes it where its last epoch ended, even before its thread has',
  { timeout },
  async () => {
    const first = await training.start(by, {
      datasetVersion: 'v1',
      stage1: { epochs: 3 },
      stage2: { epochs: 2 },
      batchSize: 16,
      earlyStopping: false,
    })
    const { id, name } = first
    await runWhen(hall, id, (run) => hasTold(run, 'TrainingEpochCompleted', { stage: 'FINE_TUNE', epoch: 1 }))
    const asked = performance.now()
    expect((await training.cancel(by, name)).status).toBe('CANCELLED')
    expect((await runOf(hall.db, id)).status).toBe('CANCELLED')
    expect(performance.now() - asked).toBeLessThan(2_000)
    await access(checkpointFile(hall.config, first))
    expect(await readdir(hall.config.modelsDir).catch(() => [])).toEqual([])
    await expect(training.cancel(by, name)).rejects.toMatchObject({ code: 'CONFLICT' })

    expect((await training.resume(by, name)).status).toBe('QUEUED')
    expect(await finished(hall, id)).toMatchObject({ status: 'COMPLETED', error: null })
    const run = await runOf(hall.db, id)
    expect(run.events.map(({ seq }) => seq)).toEqual(run.events.map((_, i) => i + 1))
    expect(statusesTold(run.events)).toEqual(['QUEUED', 'RUNNING', 'CANCELLED', 'QUEUED', 'RUNNING', 'COMPLETED'])
    expect(epochsTold(run.events).toSorted()).toEqual(
      [1, 2].map((n) => `FINE_TUNE ${n}`).concat([1, 2, 3].map((n) => `HEAD ${n}`)),
    )
    const again = run.events.findLastIndex((event) => told(event)['status'] === 'RUNNING')
    const stages = run.events.slice(again).filter(({ type }) => type === 'TrainingStageStarted')
    expect(stages.map((event) => told(event)['stage'])).toEqual(['LOADING', 'FINE_TUNE', 'EVALUATING', 'SAVING'])
    const redone = run.events
      .slice(again)
      .filter((event) => event.type === 'TrainingProgress' && told(event)['stage'] === 'FINE_TUNE')
      .filter((event) => told(event)['epoch'] === 1)
    expect(redone).toEqual([])
    // The second attempt has a folder of its own; for people the run's name leads to it.
    await expect.poll(() => readdir(hall.config.modelsDir)).toEqual([name, `${name}.attempt-2`])
    expect((await readCard(path.join(hall.config.modelsDir, name))).run.id).toBe(id)
    await expect.poll(() => existsSync(checkpointsOfRun(hall.config, id))).toBe(false)
  },
)

it('stops a run that nobody told of its cancellation', { timeout }, async () => {
  const { id } = await training.start(by, { datasetVersion: 'v1', ...endless })
  await runWhen(hall, id, ({ status }) => status === 'RUNNING')
  // Another process has cancelled it, and the message was lost: the thread was not there yet, or the connection was away.
  await hall.db.trainingRun.update({ where: { id }, data: { status: 'CANCELLED', finishedAt: new Date() } })
  // The thread has ended by itself when the next run is RUNNING: there is one at a time.
  const next = await training.start(by, { datasetVersion: 'v1', ...endless })
  await runWhen(hall, next.id, ({ status }) => status === 'RUNNING')
  await training.cancel(by, next.name)
  const events = (await runOf(hall.db, id)).events.map(told)
  expect(events.some((event) => event['stage'] === 'EVALUATING')).toBe(false)
})

it('stops a run before it has a thread', { timeout }, async () => {
  const { id, name } = await training.start(by, { datasetVersion: 'v1', ...endless })
  await training.cancel(by, name)
  const run = await runOf(hall.db, id)
  expect(run.status).toBe('CANCELLED')
  expect(told(run.events.at(-1) ?? expect.fail())).toMatchObject({ status: 'CANCELLED' })
})

it('cancelled and resumed several times in a row, it is one run with one thread, and ends', { timeout }, async () => {
  const { id, name } = await training.start(by, { datasetVersion: 'v1', ...endless })
  for (let i = 0; i < 3; i++) {
    await training.cancel(by, name)
    await training.resume(by, name)
  }
  await runWhen(hall, id, (run) => hasTold(run, 'TrainingEpochCompleted', { stage: 'HEAD', epoch: 1 }))
  await training.cancel(by, name)
  const run = await finished(hall, id)
  expect(run.status).toBe('CANCELLED')
})

it('is parked when the server stops, and goes on in the next one', { timeout }, async () => {
  const { id, name } = await training.start(by, { datasetVersion: 'v1', ...endless })
  await runWhen(hall, id, (run) => hasTold(run, 'TrainingEpochCompleted', { stage: 'HEAD', epoch: 2 }))
  await training.close()
  expect((await runOf(hall.db, id)).status).toBe('INTERRUPTED')

  training = new Training(hall, async () => {})
  await training.recover()
  await training.resume(by, name)
  const before = await hall.db.runEpoch.count({ where: { runId: id } })
  await runWhen(hall, id, (run) => hasTold(run, 'TrainingEpochCompleted', { stage: 'HEAD', epoch: before + 1 }))
  await training.cancel(by, name)
  const epochs = await hall.db.runEpoch.findMany({ where: { runId: id }, orderBy: { epoch: 'asc' } })
  expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, i) => i + 1))
})

it('is parked when the server stops before it has a thread', { timeout }, async () => {
  const { id } = await training.start(by, { datasetVersion: 'v1', ...endless })
  await training.close()
  expect((await runOf(hall.db, id)).status).toBe('INTERRUPTED')
  training = new Training(hall, async () => {})
})

describe('several processes on one database', () => {
  let other: Training
  beforeEach(() => (other = new Training(hall, async () => {})))
  afterEach(() => other.close())

  const version = async () => (await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'v1' } })).id
  /** Of a process that died a moment ago. */
  const left = async (name: string, status: 'QUEUED' | 'RUNNING') =>
    hall.db.trainingRun.create({
      data: {
        name,
        status,
        versionId: await version(),
        recipe: 'DEFAULT',
        settings: { ...settingsFrom({ datasetVersion: 'v1', ...endless }) },
        classLabels: ['bottle', 'box', 'can', 'paper'],
      },
    })

  it('leave a run alone that is on in one of them', { timeout }, async () => {
    const { id, name } = await training.start(by, { datasetVersion: 'v1', ...endless })
    await expect(other.start(by, { datasetVersion: 'v1', ...endless })).rejects.toMatchObject({
      code: 'TRAINING_IN_PROGRESS',
      details: { run: name },
    })
    await expect(other.resume(by, name)).rejects.toMatchObject({ code: 'CONFLICT' })
    await runWhen(hall, id, ({ stage }) => stage === 'LOADING')
    await other.recover()
    expect((await runOf(hall.db, id)).status).toBe('RUNNING')
    await training.cancel(by, name)
  })

  it.each(['QUEUED', 'RUNNING'] as const)(
    'make a run INTERRUPTED that was %s in one that died, as soon as another is asked for',
    { timeout },
    async (status) => {
      const { id } = await left(`lost-${status}`, status)
      const next = await other.start(by, { datasetVersion: 'v1', ...endless })
      expect(await runOf(hall.db, id)).toMatchObject({ status: 'INTERRUPTED', error: null })
      await other.cancel(by, next.name)
    },
  )

  it('go on with a run that one of them died over, when it is asked for', { timeout }, async () => {
    const { name } = await left('lost-and-found', 'RUNNING')
    expect((await other.resume(by, name)).status).toBe('QUEUED')
    await other.cancel(by, name)
  })
})
