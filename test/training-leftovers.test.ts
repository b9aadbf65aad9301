/** What is done about runs that were left, by servers that know less than they think. Runs here are rows and folders: nothing is trained. */
import { mkdir, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TrainingRun } from '../src/db.js'
import { databaseFailure } from '../src/database/failure.js'
import { disk } from '../src/disk.js'
import { Lease } from '../src/training/lease.js'
import { interruptLostRuns } from '../src/training/lost-runs.js'
import { ownIdentity } from '../src/training/process-identity.js'
import { removeSpareAttempts } from '../src/training/spare-attempts.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addRun } from './support/rows.js'

let hall: TestHall
let versionId: number
beforeAll(async () => {
  hall = await openTestHall()
  const data = { name: 'v1', totalImages: 0, classCounts: [], splits: [] }
  versionId = (await hall.db.datasetVersion.create({ data })).id
})
afterAll(() => hall.close())
beforeEach(() => hall.db.trainingRun.deleteMany())

const made = (name: string, given: Parameters<typeof addRun>[3]) =>
  addRun(hall.db, name, versionId, { status: 'RUNNING', attempt: 1, owner: ownIdentity(), ...given })
const statusOf = async ({ id }: TrainingRun) => (await hall.db.trainingRun.findUniqueOrThrow({ where: { id } })).status
const longAgo = new Date(0)

describe('a run whose lease has ended', () => {
  it('is given up', async () => {
    const run = await made('silent', { leaseUntil: longAgo })
    // A database that has only just started leaves its servers time to renew.
    await vi.waitFor(
      async () => {
        await interruptLostRuns(hall)
        expect(await statusOf(run)).toBe('INTERRUPTED')
      },
      { timeout: 60_000, interval: 500 },
    )
  }, 90_000)

  it('goes on when the server that trains it has renewed it first, as each does before it looks', async () => {
    const run = await made('awake', {})
    vi.useFakeTimers({ toFake: ['performance'] })
    const lease = new Lease(hall, run)
    // The network was away for a while.
    await hall.db.trainingRun.update({ where: { id: run.id }, data: { leaseUntil: longAgo } })
    vi.advanceTimersByTime(40_000)
    await lease.confirm()
    vi.useRealTimers()
    await interruptLostRuns(hall)
    expect(await statusOf(run)).toBe('RUNNING')
    await lease.release()
  })
})

it('a run of release 0.1.0 is not given up while its process holds its lock', async () => {
  const run = await made('old', { owner: null, leaseUntil: null })
  await hall.db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${0x57_58}::int, hashtext(${run.id}))`
    await interruptLostRuns(hall)
    expect(await statusOf(run)).toBe('RUNNING')
  })
  await interruptLostRuns(hall)
  expect(await statusOf(run)).toBe('INTERRUPTED')
})

describe('folders of attempts', () => {
  const folders = async () => (await readdir(hall.config.modelsDir)).toSorted()
  const cardOf = ({ id, name }: TrainingRun) => ({
    format: 1,
    run: { id, name },
    datasetVersion: 'v1',
    classLabels: ['glass', 'paper'],
    photos: { train: 1, val: 1, test: 1 },
    recipe: 'DEFAULT',
    settings: {},
    seed: 1,
    backbone: { sha256: '', source: '' },
    preprocessing: '',
    features: { views: 0, cached: 0, toCompute: 0, beyondLimit: 0, computed: 0 },
    thresholds: { energy: 0, confidence: 0, novelty: null },
    network: { boundary: '', head: [], trainedLayers: 0 },
    agreement: { photos: 0, maxLogitDifference: 0 },
    golden: { photos: 0, logits: [] },
    timings: {},
    versions: {},
    createdAt: '',
    files: [],
  })
  const folder = async (name: string, run: TrainingRun) => {
    const place = path.join(hall.config.modelsDir, name)
    await mkdir(place, { recursive: true })
    await writeFile(path.join(place, 'card.json'), JSON.stringify(cardOf(run)))
  }
  beforeEach(() => rm(hall.config.modelsDir, { recursive: true, force: true }))

  it('go when a later attempt counts; one that is newer than the row that was read stays', async () => {
    const run = await made('twice', { attempt: 2, status: 'COMPLETED' })
    for (const name of ['twice', 'twice.attempt-2', 'twice.attempt-3']) await folder(name, run)
    await removeSpareAttempts(hall)
    expect(await folders()).toEqual(['twice', 'twice.attempt-2', 'twice.attempt-3'])
    expect(await readlink(path.join(hall.config.modelsDir, 'twice'))).toBe('twice.attempt-2')
  })

  it('that cannot be put in order do not keep the others, or the server, from it', async () => {
    const [one, two] = [await made('one', { attempt: 2, status: 'COMPLETED' }), await made('two', { status: 'FAILED' })]
    for (const name of ['one', 'one.attempt-2']) await folder(name, one)
    await folder('two', two)
    // As where there are no links.
    const rename = vi
      .spyOn(disk, 'rename')
      .mockRejectedValue(Object.assign(new Error('no links here'), { code: 'EPERM' }))
    await removeSpareAttempts(hall)
    rename.mockRestore()
    expect(await folders()).toEqual(['one.attempt-2'])
    await removeSpareAttempts(hall)
    expect(await folders()).toEqual(['one', 'one.attempt-2'])
  })
})

describe('an error of a database that hangs', () => {
  it.each([
    ['a statement that is not answered', Object.assign(new Error('Query read timeout'))],
    [
      'no connection for a transaction',
      Object.assign(new Error('Transaction API error: Unable to start a transaction in the given time.'), {
        code: 'P2028',
      }),
    ],
  ])('is known as that: %s', (_what, error) => {
    expect(databaseFailure(error)).toBe('UNAVAILABLE')
  })

  it('is not what was begun and took too long', () => {
    const error = Object.assign(new Error('Transaction API error: Transaction already closed'), { code: 'P2028' })
    expect(databaseFailure(error)).toBeUndefined()
  })
})
