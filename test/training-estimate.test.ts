/** What a training would take, against what it takes. */
import { rename } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StartTrainingInput, TrainingEstimateDocument } from '../documents/generated/graphql.js'
import { ask, send } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addVersion } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { startTraining, train } from './support/trained.js'
import { drawVersion, headAlone, startServerOf, weights } from './support/training.js'

const minutes = 60_000
let hall: TestHall
let server: TestServer

beforeAll(async () => {
  hall = await openTestHall(weights)
  await drawVersion(hall, 'v1')
  server = await startServerOf(hall)
}, minutes)
afterAll(async () => {
  await server.close()
  await hall.close()
})

const estimate = async (input: Partial<StartTrainingInput> = {}) =>
  (await ask(server.address, TrainingEstimateDocument, { input: { datasetVersion: 'v1', ...input } })).trainingEstimate

/** As support/trained.ts trains. */
const brief = { ...headAlone, stage1: { epochs: 15 } }

describe('an estimate', () => {
  it('says how much there is to do, and not how long it takes, before anything was measured', async () => {
    const { views, ...rest } = await estimate(brief)
    expect(rest).toEqual({ seconds: null, newViews: views, epochs: 15, startsFrom: null, basedOn: null })
    // One view each, and of half of the training photos a mirrored one.
    expect(views).toBeGreaterThan(48)
    expect(views).toBeLessThanOrEqual(48 + 34)
  })

  it('starts nothing', async () => {
    await estimate(brief)
    expect(await hall.db.trainingRun.count()).toBe(0)
    expect(await hall.db.auditEntry.count({ where: { action: 'START_TRAINING' } })).toBe(0)
  })

  it('is near what the same training takes, once one was measured', { timeout: 2 * minutes }, async () => {
    const first = await train(hall, server.address)
    const before = await estimate(brief)
    expect(before).toMatchObject({ newViews: 0, epochs: 15, startsFrom: null, basedOn: { name: first.name } })
    const again = await train(hall, server.address, { seed: 2 })
    const took = ((again.finishedAt?.getTime() ?? 0) - (again.startedAt?.getTime() ?? 0)) / 1_000
    expect(before.seconds).toBeGreaterThan(took / 10)
    expect(before.seconds).toBeLessThan(took * 10)
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
    const newest = (await estimate(brief)).basedOn?.name ?? ''
    const card = path.join(hall.config.modelsDir, newest, 'card.json')
    await rename(card, `${card}.away`)
    expect((await estimate(brief)).basedOn?.name).toBe('run-1')
    await rename(`${card}.away`, card)
  })

  it('goes by a run that began as this one would, rather than by a newer one that did not', async () => {
    const [newest, older] = await hall.db.trainingRun.findMany({ orderBy: { createdAt: 'desc' }, take: 2 })
    const beganWith = (startedFromId: string | null) =>
      hall.db.trainingRun.update({ where: { id: newest?.id ?? '' }, data: { startedFromId } })
    await beganWith(older?.id ?? null)
    expect((await estimate(brief)).basedOn?.name).toBe(older?.name)
    await beganWith(null)
    expect((await estimate(brief)).basedOn?.name).toBe(newest?.name)
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
