/** What a training would take, against what it takes. */
import { rename } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StartTrainingInput, TrainingEstimateDocument } from '../documents/generated/graphql.js'
import type { TrainingRun } from '../src/db.js'
import { ask, send } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addVersion } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { startTraining, train } from './support/trained.js'
import { drawVersion, headAlone, startServerOf, weights } from './support/training.js'

const minutes = 60_000
/** As support/trained.ts trains. */
const brief = { ...headAlone, stage1: { epochs: 15 } }

let hall: TestHall
let server: TestServer
const estimate = async (input: Partial<StartTrainingInput> = {}) =>
  (await ask(server.address, TrainingEstimateDocument, { input: { datasetVersion: 'v1', ...input } })).trainingEstimate

let atFirst: Awaited<ReturnType<typeof estimate>>
let measured: typeof atFirst
let startedByThen: [runs: number, deeds: number]
let runs: [first: TrainingRun, again: TrainingRun]

beforeAll(async () => {
  hall = await openTestHall(weights)
  await drawVersion(hall, 'v1')
  server = await startServerOf(hall)
  atFirst = await estimate(brief)
  const deeds = await hall.db.auditEntry.count({ where: { action: 'START_TRAINING' } })
  startedByThen = [await hall.db.trainingRun.count(), deeds]
  const first = await train(hall, server.address)
  measured = await estimate(brief)
  runs = [first, await train(hall, server.address, { seed: 2 })]
}, 4 * minutes)
afterAll(async () => {
  await server.close()
  await hall.close()
})

describe('an estimate', () => {
  it('says what a run would be started with, every default filled in', async () => {
    const { trainingEstimate } = await ask<{ trainingEstimate: { settings: object } }, object>(
      server.address,
      `query ($input: StartTrainingInput!) { trainingEstimate(input: $input) { settings {
        stage1 { epochs learningRate } stage2 { epochs learningRate layers } batchSize seed earlyStopping } } }`,
      { input: { datasetVersion: 'v1', fromServing: false, stage1: { epochs: 7 } } },
    )
    expect(trainingEstimate.settings).toEqual({
      stage1: { epochs: 7, learningRate: 0.001 },
      stage2: { epochs: 4, learningRate: 0.0001, layers: 60 },
      batchSize: 64,
      seed: 1,
      earlyStopping: true,
    })
  })

  it('says how much there is to do, and not how long it takes, before anything was measured', () => {
    const { views, ...rest } = atFirst
    expect(rest).toEqual({ seconds: null, newViews: views, epochs: 15, startsFrom: null, basedOn: null })
    // One view each, and of half of the training photos a mirrored one.
    expect(views).toBeGreaterThan(48)
    expect(views).toBeLessThanOrEqual(48 + 34)
  })

  it('starts nothing', () => {
    expect(startedByThen).toEqual([0, 0])
  })

  it('is near what the same training takes, once one was measured', async () => {
    const [first, again] = runs
    expect(measured).toMatchObject({ newViews: 0, epochs: 15, startsFrom: null, basedOn: { name: first.name } })
    const took = ((again.finishedAt?.getTime() ?? 0) - (again.startedAt?.getTime() ?? 0)) / 1_000
    expect(measured.seconds).toBeGreaterThan(took / 10)
    expect(measured.seconds).toBeLessThan(took * 10)
    // The newer one is the better witness.
    expect((await estimate(brief)).basedOn).toEqual({ name: again.name })
  })

  it('grows with epochs, and with photos that the cache lacks', async () => {
    const { seconds: short } = await estimate(brief)
    const { seconds: long } = await estimate({ ...brief, stage1: { epochs: 1_000 } })
    expect(long).toBeGreaterThan(2 * (short ?? Infinity))
    await addVersion(hall.db, 'larger', { bottle: 1_000, can: 1_000 })
    const larger = await estimate({ ...brief, datasetVersion: 'larger' })
    expect(larger.newViews).toBe(larger.views)
    expect(larger.seconds).toBeGreaterThan(short ?? Infinity)
  })

  it('says nothing of a stage that no run has gone through', async () => {
    expect(await estimate({ ...brief, stage2: { epochs: 1 } })).toMatchObject({
      seconds: null,
      basedOn: null,
      epochs: 16,
    })
    expect(await estimate({ ...brief, recipe: 'REFERENCE' })).toMatchObject({ seconds: null, basedOn: null })
  })

  it('passes over a run whose card is gone', async () => {
    const [first, again] = runs
    const card = path.join(hall.config.modelsDir, again.name, 'card.json')
    await rename(card, `${card}.away`)
    expect((await estimate(brief)).basedOn).toEqual({ name: first.name })
    await rename(`${card}.away`, card)
  })

  it('goes by a run that began as this one would, rather than by a newer one that did not', async () => {
    const [first, again] = runs
    const beganWith = (startedFromId: string | null) =>
      hall.db.trainingRun.update({ where: { id: again.id }, data: { startedFromId } })
    await beganWith(first.id)
    expect((await estimate(brief)).basedOn).toEqual({ name: first.name })
    await beganWith(null)
  })

  it('is refused for what `startTraining` is refused for, in the same words', async () => {
    await addVersion(hall.db, 'untested', { bottle: 2, can: 2 })
    const inputs = [
      { datasetVersion: 'nowhere' },
      { datasetVersion: 'untested' },
      { datasetVersion: 'v1', batchSize: 0 },
      { datasetVersion: 'v1', stage2: { layers: 61 } },
    ]
    for (const input of inputs) {
      const asked = await send(server.address, TrainingEstimateDocument, { input })
      const started = await startTraining(server.address, input).catch((error: Error) => error.message)
      expect(started).toContain(asked.errors?.[0]?.message)
    }
  })
})
