/** A server that trains is stopped in the middle of it, another one goes on with its run, and the first one wakes up late. */
import { createHash } from 'node:crypto'
import { readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { WasteClass } from '../demo/draw.js'
import type { RunStage, TrainingRun } from '../src/db.js'
import { writeInDraft, writeNewFolder } from '../src/disk.js'
import { runFolder } from '../src/model/run-folder.js'
import { ask } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import type { TestServer } from './support/server.js'
import { ServerProcess } from './support/server-process.js'
import { startTraining, takeFeatures } from './support/trained.js'
import {
  drawVersion,
  finished,
  hasTold,
  headAlone,
  runOf,
  runWhen,
  settingsOf,
  startServerOf,
} from './support/training.js'

const minutes = 60_000
/** So that its connections are known in the database, to end them as a network does. */
const named = 'server-that-sleeps'
const input = { datasetVersion: 'v1', ...headAlone, stage1: { epochs: 60 } }

let hall: TestHall
let sleeper: ServerProcess
let address: string
let other: TestServer

beforeAll(async () => {
  hall = await openTestHall()
  await drawVersion(hall, 'v1', { perClass: 4, classes: ['bottle', 'can'] as readonly string[] as WasteClass[] })
  await takeFeatures(hall)
  const url = new URL(hall.databaseUrl)
  url.searchParams.set('application_name', named)
  sleeper = new ServerProcess({ ...settingsOf(hall), DATABASE_URL: url.href, LOG_LEVEL: 'warn' })
  other = await startServerOf(hall)
  address = await sleeper.address()
}, 2 * minutes)
afterAll(async () => {
  await sleeper.kill()
  await other.close()
  await hall.close()
})

const cancelDocument = 'mutation ($name: String!) { cancelTraining(name: $name) { status } }'
const resume = (name: string) =>
  ask(other.address, 'mutation ($name: String!) { resumeTraining(name: $name) { status } }', { name })
const endConnections = () =>
  hall.db.$queryRaw`SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE application_name = ${named}`
/** What the server that sleeps says of runs that it has lost, by their names. */
const lost = () =>
  sleeper.log
    .split('\n')
    .filter((line) => line.includes('lost the run'))
    .map((line) => (JSON.parse(line) as { run: string }).run)

async function fingerprint(run: TrainingRun): Promise<Record<string, string>> {
  const folder = runFolder(hall.config, run)
  const names = (await readdir(folder)).toSorted()
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(path.join(folder, name)))
      .digest('hex')
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hash(name)] as const)))
}

/** It trains a run, and is stopped in this stage. */
async function stoppedIn(stage: RunStage): Promise<TrainingRun> {
  const { id } = await hall.db.trainingRun.findUniqueOrThrow({
    where: await startTraining(address, {
      ...input,
      // Fine-tuning alone needs it, and it is most of the work.
      stage2: { epochs: stage === 'FINE_TUNE' ? 1 : 0 },
      autoPromote: true,
    }),
  })
  await runWhen(hall, id, (run) => hasTold(run, 'TrainingStageStarted', { stage }))
  sleeper.signal('SIGSTOP')
  await endConnections()
  return runOf(hall.db, id)
}

/** Wakes it. It finds out by itself, at the latest when it renews its lease. */
async function wakeAndLose({ name }: TrainingRun): Promise<void> {
  sleeper.signal('SIGCONT')
  await expect.poll(lost, { timeout: minutes }).toContain(name)
}

it(
  'a server that hangs while it saves loses its run to another within a minute, and changes nothing when it wakes',
  { timeout: 5 * minutes },
  async () => {
    const stopped = await stoppedIn('SAVING')
    expect(stopped.status).toBe('RUNNING')
    const since = performance.now()
    const run = await runWhen(hall, stopped.id, ({ status }) => status === 'INTERRUPTED')
    expect(performance.now() - since).toBeLessThan(minutes)
    expect(run.error).toMatch(/not heard from for 30 seconds.*resumeTraining continues/)
    await resume(run.name)
    const done = await finished(hall, run.id)
    expect(done).toMatchObject({ status: 'COMPLETED', attempt: 2, error: null })
    await expect.poll(async () => (await runOf(hall.db, run.id)).isActive, { timeout: minutes }).toBe(true)
    const [before, events] = [await fingerprint(done), (await runOf(hall.db, run.id)).events.length]

    await wakeAndLose(run)
    expect(await fingerprint(done)).toEqual(before)
    expect(await runOf(hall.db, run.id)).toMatchObject({ status: 'COMPLETED', attempt: 2, isActive: true })
    expect((await runOf(hall.db, run.id)).events).toHaveLength(events)
    // Not even a worker that did not look would have taken the place of the model, or of the link that leads people to it.
    const first = runFolder(hall.config, { ...done, attempt: 1 })
    await expect(writeNewFolder(first, (draft) => writeInDraft(path.join(draft, 'late'), ''))).rejects.toThrow()
    expect(await readlink(first)).toBe(path.basename(runFolder(hall.config, done)))
  },
)

it.each(['LOADING', 'HEAD', 'FINE_TUNE', 'EVALUATING'] as const)(
  'a server that was stopped in %s wakes up beside the one that goes on with its run, and stops',
  { timeout: 4 * minutes },
  async (stage) => {
    const stopped = await stoppedIn(stage)
    // Half a minute later.
    await hall.db
      .$executeRaw`UPDATE "TrainingRun" SET "leaseUntil" = now() - interval '1 second' WHERE id = ${stopped.id}::uuid`
    await resume(stopped.name)
    await runWhen(hall, stopped.id, ({ attempt, status }) => attempt === 2 && status === 'RUNNING')
    await wakeAndLose(stopped)
    const isLast = stage === 'EVALUATING'
    if (!isLast) await ask(other.address, cancelDocument, { name: stopped.name })
    const done = await finished(hall, stopped.id)
    expect(done).toMatchObject({ status: isLast ? 'COMPLETED' : 'CANCELLED', attempt: 2, error: null })
    const { events } = await runOf(hall.db, stopped.id)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
    if (isLast) expect(Object.keys(await fingerprint(done))).toContain('card.json')
  },
)

it(
  'said one line for each run that it lost, and every run is one whole model that loads at the next start',
  { timeout: 3 * minutes },
  async () => {
    expect(new Set(lost()).size).toBe(lost().length)
    await sleeper.kill()
    const runs = await hall.db.trainingRun.findMany({ where: { status: 'COMPLETED' }, orderBy: { createdAt: 'asc' } })
    expect(runs).toHaveLength(2)
    for (const { name } of runs) {
      await ask(other.address, 'mutation ($name: String!) { promote(name: $name) { name } }', { name })
    }
    await other.close()
    other = await startServerOf(hall)
    const { servingModel } = await ask<{ servingModel: { run: { name: string } } }, object>(
      other.address,
      '{ servingModel { run { name } } }',
      {},
    )
    expect(servingModel.run.name).toBe(runs.at(-1)?.name)
    const folders = runs.flatMap(({ name }) => [name, `${name}.attempt-2`])
    const there = (await readdir(hall.config.modelsDir)).filter((name) => !name.startsWith('.'))
    expect(there.toSorted()).toEqual(folders.toSorted())
  },
)
