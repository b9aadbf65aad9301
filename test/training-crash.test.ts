/** A server is killed while it trains. The next one says so, and the run becomes what it would have been. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TrainingRun } from '../src/db.js'
import { ask } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import type { TestServer } from './support/server.js'
import { ServerProcess } from './support/server-process.js'
import {
  drawVersion,
  epochsTold,
  finished,
  hasTold,
  runOf,
  runWhen,
  settingsOf,
  startServerOf,
} from './support/training.js'

const minutes = 60_000
let hall: TestHall
let killed: ServerProcess | undefined
let server: TestServer | undefined

const start = 'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }'
const input = {
  datasetVersion: 'v1',
  stage1: { epochs: 4 },
  stage2: { epochs: 2 },
  batchSize: 16,
  seed: 11,
  earlyStopping: false,
}

beforeAll(async () => {
  hall = await openTestHall()
  await drawVersion(hall, 'v1', { perClass: 6 })
})
afterAll(async () => {
  await killed?.kill()
  await server?.close()
  await hall.close()
})

async function started(address: string): Promise<TrainingRun> {
  const { startTraining } = await ask<{ startTraining: { name: string } }, object>(address, start, { input })
  return hall.db.trainingRun.findUniqueOrThrow({ where: { name: startTraining.name } })
}

interface Prediction {
  photo: string
  predicted: string
  logits: number[]
}

async function predictionsOf({ name }: TrainingRun): Promise<Prediction[]> {
  const text = await readFile(path.join(hall.config.modelsDir, name, 'predictions.csv'), 'utf8')
  const [header = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  const first = header.findIndex((column) => column.startsWith('logit_'))
  return rows.map((row) => ({
    photo: row[0] ?? '',
    predicted: row[header.indexOf('predicted')] ?? '',
    logits: row.slice(first).map(Number),
  }))
}

it(
  'a run that was killed is INTERRUPTED, holds no lock, and ends as if nothing had been',
  { timeout: 4 * minutes },
  async () => {
    killed = new ServerProcess(settingsOf(hall))
    const { id, name } = await started(await killed.address())
    await runWhen(hall, id, (run) => hasTold(run, 'TrainingEpochCompleted', { stage: 'FINE_TUNE', epoch: 1 }))
    await killed.kill()
    expect((await runOf(hall.db, id)).status).toBe('RUNNING')

    server = await startServerOf(hall)
    expect(await runOf(hall.db, id)).toMatchObject({ status: 'INTERRUPTED', error: null })
    expect(await readdir(hall.config.modelsDir)).toEqual([])

    const { resumeTraining } = await ask<{ resumeTraining: { status: string } }, object>(
      server.address,
      'mutation ($name: String!) { resumeTraining(name: $name) { status } }',
      { name },
    )
    expect(resumeTraining.status).toBe('QUEUED')
    const resumed = await finished(hall, id)
    expect(resumed).toMatchObject({ status: 'COMPLETED', error: null })

    const run = await runOf(hall.db, id)
    expect(run.events.map(({ seq }) => seq)).toEqual(run.events.map((_, i) => i + 1))
    expect(epochsTold(run.events)).toEqual([
      ...[1, 2, 3, 4].map((n) => `HEAD ${n}`),
      ...[1, 2].map((n) => `FINE_TUNE ${n}`),
    ])

    const never = await started(server.address)
    await finished(hall, never.id)
    const [interrupted, straight] = [await predictionsOf(resumed), await predictionsOf(never)]
    expect(interrupted.map(({ photo }) => photo)).toEqual(straight.map(({ photo }) => photo))
    const same = interrupted.filter(({ predicted }, i) => predicted === straight[i]?.predicted).length
    expect(same / straight.length).toBeGreaterThanOrEqual(0.99)
    // Not by luck: the very numbers are the same, but for the order in which threads add up.
    const largest = Math.max(
      ...interrupted.flatMap(({ logits }, i) =>
        logits.map((logit, c) => Math.abs(logit - (straight[i]?.logits[c] ?? Number.NaN))),
      ),
    )
    expect(largest).toBeLessThan(0.02)

    const epochs = (runId: string) =>
      hall.db.runEpoch.findMany({
        where: { runId },
        orderBy: [{ stage: 'asc' }, { epoch: 'asc' }],
        omit: { runId: true, seconds: true },
      })
    const [ofInterrupted, ofStraight] = [await epochs(id), await epochs(never.id)]
    expect(ofInterrupted).toHaveLength(6)
    ofInterrupted.forEach((epoch, i) => {
      expect(epoch.loss).toBeCloseTo(ofStraight[i]?.loss ?? Number.NaN, 2)
      expect(epoch.learningRate).toBe(ofStraight[i]?.learningRate)
    })
  },
)

it(
  'a run that asked for its promotion and was killed before it came is promoted by the next start',
  { timeout: 2 * minutes },
  async () => {
    await server?.close()
    killed = new ServerProcess(settingsOf(hall))
    const address = await killed.address()
    const { startTraining } = await ask<{ startTraining: { name: string } }, object>(address, start, {
      input: { ...input, stage1: { epochs: 2 }, stage2: { epochs: 0 }, autoPromote: true },
    })
    const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: startTraining })
    expect(await finished(hall, id)).toMatchObject({ status: 'COMPLETED', error: null })
    await killed.kill()
    // To load its model takes a second and more: the process was in the middle of that.
    expect(await runOf(hall.db, id)).toMatchObject({ isActive: false, promotedAt: null })

    server = await startServerOf(hall)
    expect(await runOf(hall.db, id)).toMatchObject({ isActive: true })
    const { servingModel } = await ask<{ servingModel: { run: { name: string } } }, object>(
      server.address,
      '{ servingModel { run { name } } }',
      {},
    )
    expect(servingModel.run).toEqual(startTraining)
    expect(await readdir(path.join(hall.config.dataDir, 'checkpoints'))).not.toContain(id)
  },
)
