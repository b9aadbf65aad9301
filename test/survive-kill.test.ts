/**
 * kill -9 while everybody works, at random moments and in the middle of what must not be half: what was acknowledged is there, once,
 * and it serves again by itself.
 * The seed is printed. WASTEX_KILL_ROUNDS=200 for a night, WASTEX_KILL_SEED=... to see a round again.
 */
import { existsSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { afterAll, beforeAll, expect, it } from 'vitest'
import pg from 'pg'
import { drawSamples } from '../demo/draw.js'
import type { RunStage } from '../src/db.js'
import type { Artefact } from '../src/model/card.js'
import { decode } from '../src/photos/decode.js'
import { photoFile } from '../src/photos/store.js'
import { ask, file, upload } from './support/client.js'
import { openTrainedHall } from './support/trained-hall.js'
import type { TestHall } from './support/hall.js'
import { emptyLedger, everybody, sendAgain, type Verdict } from './support/load.js'
import { ServerProcess } from './support/server-process.js'
import { tellApart } from './support/tell-apart.js'
import { startTraining, train } from './support/trained.js'
import { headAlone, runOf, runWhen, settingsOf } from './support/training.js'
import { until } from './support/until.js'

const minutes = 60_000
const rounds = Number(process.env['WASTEX_KILL_ROUNDS'] ?? 4)
const seed = Number(process.env['WASTEX_KILL_SEED'] ?? Date.now() % 1_000_000)
const longestMs = 4_000

let hall: TestHall
let server: ServerProcess
let address: string
let known: Buffer
let unknown: Buffer
let importFolder: string
const runs: string[] = []
const ledger = emptyLedger()

const classify = async (bytes: Buffer) => {
  const document = 'mutation ($image: Upload!) { classify(image: $image) { ood servedBy { name } } }'
  const { data, errors } = await upload<{ classify: { ood: boolean; servedBy: { name: string } } }, object>(
    address,
    document,
    { image: file(bytes, 'photo.jpg') },
  )
  return data?.classify ?? expect.fail(errors?.[0]?.message)
}

async function start(): Promise<void> {
  server = new ServerProcess(settingsOf(hall))
  address = await server.address()
}

beforeAll(async () => {
  const trained = await openTrainedHall()
  ;({ hall } = trained)
  importFolder = path.join(hall.folder, 'arriving')
  await drawSamples(importFolder, { perClass: 4, classes: ['bottle', 'can'], seed: 9 })
  await start()
  ;({ known, unknown } = trained.photos)
  const second = await train(hall, address, { seed: 2 })
  await tellApart(hall, second, { known: [known], unknown: [unknown] })
  runs.push(trained.run.name, second.name)
  ledger.serving.acknowledged = runs[0] ?? ''
  const { _sum } = await hall.db.trashCounter.aggregate({ _sum: { totalCount: true, oodCount: true } })
  for (const record of [ledger.sent, ledger.answered])
    Object.assign(record, { known: _sum.totalCount ?? 0, unknown: _sum.oodCount ?? 0 })
}, 5 * minutes)

afterAll(async () => {
  await server.kill()
  await hall.close()
})

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const fingerprintOf = (versionId: number) => hall.db.$queryRaw<{ is: string }[]>`
  SELECT md5(string_agg(concat_ws(' ', id, "photoId", split, "classLabel", "sourceImageId"), ',' ORDER BY id)) AS is
  FROM "VersionEntry" WHERE "versionId" = ${versionId}`
/** Of every version that was ever seen. */
const fingerprints = new Map<string, string>()

async function photosAreThere(): Promise<void> {
  const rows = await hall.db.image.findMany({ include: { photo: true } })
  const byHash = new Map(rows.map((row) => [row.photo.contentHash, row]))
  expect(byHash.size).toBe(rows.length)
  for (const hash of ledger.kept.values()) expect(byHash.has(hash), `the row of photo ${hash}`).toBe(true)
  for (const { photo } of rows) {
    const place = photoFile(hall.config, photo)
    // What the kill has left of an erased one goes beside the start, which waits for nobody.
    if (photo.erasedAt) await expect.poll(() => existsSync(place), { timeout: 10_000 }).toBe(false)
    else expect(sha256(await readFile(place))).toBe(photo.storedHash)
  }
  await mkdir(hall.config.uploadsDir, { recursive: true })
  for (const entry of await readdir(hall.config.uploadsDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue
    const name = path.parse(entry.name).name
    const bytes = await readFile(path.join(entry.parentPath, entry.name))
    // Without a row: the process died between the file and the row, and the file is whole all the same.
    if (byHash.has(name)) expect(byHash.get(name)?.photo.storedHash).toBe(sha256(bytes))
    else expect((await decode(bytes)).pixels.length).toBe(299 * 299 * 3)
  }
}

/** A phone that has a key sends again what it heard nothing of: of those requests, each counts once. */
async function countsAreRight(): Promise<void> {
  expect(await sendAgain(address, ledger)).toBe(true)
  const { _sum } = await hall.db.trashCounter.aggregate({ _sum: { totalCount: true, oodCount: true } })
  const [all, answered] = [(_sum.totalCount ?? 0) + (_sum.oodCount ?? 0), ledger.answered]
  expect(_sum.totalCount).toBeGreaterThanOrEqual(answered.known)
  expect(_sum.oodCount).toBeGreaterThanOrEqual(answered.unknown)
  expect(all).toBeLessThanOrEqual(ledger.sent.known + ledger.sent.unknown)
}

async function verdictsAreThere(): Promise<void> {
  for (const [id, record] of ledger.verdicts) {
    const uuid = Buffer.from(id, 'base64url').toString().split(':')[1] ?? id
    const image = await hall.db.image.findUniqueOrThrow({
      where: { id: uuid },
      include: { entries: true, photo: true },
    })
    const now: Verdict = image.photo.erasedAt ? 'ERASED' : image.rejected ? 'REJECTED' : (image.assignedLabel ?? 'NONE')
    expect([record.now, record.pending]).toContain(now)
    ledger.verdicts.set(id, { now, pending: undefined })
    if (now === 'NONE') ledger.verdicts.delete(id) // it is looked at again
    // Staged, or in a version; never both, never neither.
    if (image.assignedLabel !== null)
      expect([image.staged, image.addedToDataset]).toEqual([image.versionId === null, image.versionId !== null])
    expect(image.entries.some(({ versionId }) => versionId === image.versionId)).toBe(image.versionId !== null)
  }
}

/** Of what was acknowledged, all of it; of what was not, all of it or nothing. */
async function trailIsWhole(): Promise<void> {
  const rows = await hall.db.auditEntry.groupBy({ by: ['requestId'], _count: true })
  const told = new Map(rows.map(({ requestId, _count }) => [requestId, _count]))
  for (const [request, count] of ledger.deeds) expect([request, told.get(request) ?? 0]).toEqual([request, count])
}

async function versionsAreWhole(): Promise<void> {
  const versions = await hall.db.datasetVersion.findMany({ include: { _count: { select: { entries: true } } } })
  const byName = new Map(versions.map((version) => [version.name, version]))
  for (const [name, totalImages] of ledger.versions) expect(byName.get(name)).toMatchObject({ totalImages })
  for (const { id, name, totalImages, _count } of versions) {
    expect(_count.entries, name).toBe(totalImages)
    const [print] = await fingerprintOf(id)
    expect(print?.is).toBe(fingerprints.get(name) ?? print?.is)
    fingerprints.set(name, print?.is ?? '')
  }
  expect(versions.filter(({ isActive }) => isActive)).toHaveLength(1)
}

async function modelsAreWhole(): Promise<void> {
  const all = await hall.db.trainingRun.findMany()
  expect(all.filter(({ status }) => status === 'QUEUED' || status === 'RUNNING')).toEqual([])
  for (const name of (await readdir(hall.config.modelsDir)).filter((entry) => !entry.startsWith('.'))) {
    const folder = path.join(hall.config.modelsDir, name)
    const { files } = JSON.parse(await readFile(path.join(folder, 'card.json'), 'utf8')) as { files: Artefact[] }
    for (const one of files) expect(sha256(await readFile(path.join(folder, one.name))), one.name).toBe(one.sha256)
  }
  for (const { name } of all.filter(({ status }) => status === 'COMPLETED'))
    expect(await readdir(path.join(hall.config.modelsDir, name))).toContain('card.json')
}

async function servesAgain(): Promise<void> {
  const { servedBy } = await classify(known)
  ledger.sent.known++
  ledger.answered.known++
  const { acknowledged, pending } = ledger.serving
  expect([acknowledged, pending]).toContain(servedBy.name)
  Object.assign(ledger.serving, { acknowledged: servedBy.name, pending: undefined })
  const ready = (await (await fetch(`${address}/ready`)).json()) as { failed: string[]; degraded: string[] }
  expect([...ready.failed, ...ready.degraded].filter((line) => !line.includes('training'))).toEqual([])
}

/** What a kill is aimed at; random in between. */
const aims = [
  'anywhere',
  'a promotion that is about to be marked',
  'the saving of a model',
  'a version that is being made',
  'a promotion that has just been marked',
] as const

/**
 * Holds what `lock` takes until somebody who does that very thing waits for it: `waiting` counts them.
 * @param needed counts what must be there for anybody to do it, since nothing of it can come while the lock is held
 */
async function whenItWaits(
  lock: string,
  waiting: string,
  then: () => Promise<unknown>,
  needed = 'SELECT 1 AS n',
): Promise<void> {
  const holder = new pg.Client({ connectionString: hall.databaseUrl })
  await holder.connect()
  try {
    const count = async (query: string) => (await holder.query<{ n: number }>(query)).rows[0]?.n
    for (;;) {
      await holder.query(`BEGIN; ${lock}`)
      if (await count(needed)) break
      await holder.query('ROLLBACK')
      await pause(10)
    }
    await until(async () => Boolean(await count(waiting)))
    await then()
  } finally {
    await holder.end()
  }
}

/** @returns its id, as soon as it is so far */
async function whenInStage(name: string, wanted: RunStage): Promise<string> {
  const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: { name } })
  await runWhen(hall, id, ({ stage }) => stage === wanted)
  return id
}

async function killAt(aim: (typeof aims)[number], run: string, randomMs: number): Promise<void> {
  const kill = () => server.kill()
  switch (aim) {
    case 'anywhere':
      await pause(randomMs)
      return void (await kill())
    case 'the saving of a model': {
      const id = await whenInStage(run, 'SAVING')
      await kill()
      expect(await runOf(hall.db, id)).toMatchObject({ status: 'RUNNING', stage: 'SAVING' })
      // It was being written: a draft, and no folder of that name.
      const there = await readdir(hall.config.modelsDir)
      return expect([there.includes(run), there.some((name) => name.startsWith(`.${run}.`))]).toEqual([false, true])
    }
    case 'a promotion that is about to be marked':
      return whenItWaits(
        `SELECT pg_advisory_xact_lock(hashtext('wastex promotion'))`,
        `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
           AND objid::bigint = hashtext('wastex promotion')::bigint & 4294967295`,
        kill,
      )
    case 'a version that is being made':
      // Its entries are there; it says of the photos that it has them.
      return whenItWaits(
        'LOCK TABLE "Image" IN SHARE MODE',
        `SELECT count(*)::int AS n FROM pg_locks waits WHERE relation = '"Image"'::regclass AND NOT granted AND EXISTS (
           SELECT FROM pg_locks made WHERE made.pid = waits.pid AND relation = '"VersionEntry"'::regclass AND mode = 'RowExclusiveLock')`,
        kill,
        'SELECT count(*)::int AS n FROM "Image" WHERE staged',
      )
    case 'a promotion that has just been marked': {
      const news = hall.events.subscribe('modelPromoted')
      await news.next()
      await kill()
      return void (await news.return?.())
    }
  }
}

it(`loses nothing that was acknowledged in ${rounds} kills (seed ${seed})`, { timeout: rounds * minutes }, async () => {
  console.log(`WASTEX_KILL_SEED=${seed}`)
  const random = xoroshiro128plus(seed)
  let interrupted: string | undefined
  for (let round = 0; round < rounds; round++) {
    // A training is on in every round: the one that the last kill interrupted goes on.
    if (interrupted === undefined)
      interrupted = (
        await startTraining(address, { datasetVersion: 'v1', ...headAlone, seed: 100 + round, stage1: { epochs: 20 } })
      ).name
    else await ask(address, 'mutation ($name: String!) { resumeTraining(name: $name) { name } }', { name: interrupted })
    const aim = aims[round % aims.length] ?? 'anywhere'
    // Photos go first: beside a load without end a training takes long to come so far.
    if (aim === 'the saving of a model') await whenInStage(interrupted, 'EVALUATING')
    const stop = new AbortController()
    const work = everybody({ address, ledger, known, unknown, runs, importFolder, round, signal: stop.signal })
    await killAt(aim, interrupted, uniformInt(random, 200, longestMs))
    stop.abort()
    expect(await work).toEqual([])

    await start()
    await photosAreThere()
    await countsAreRight()
    await verdictsAreThere()
    await trailIsWhole()
    await versionsAreWhole()
    await modelsAreWhole()
    await servesAgain()
    interrupted = (await hall.db.trainingRun.findFirst({ where: { status: 'INTERRUPTED' } }))?.name
  }
  const { sent, answered, kept, verdicts, versions, deeds } = ledger
  console.log(
    `${rounds} kills: ${answered.known + answered.unknown} of ${sent.known + sent.unknown} photos acknowledged, ` +
      `${kept.size} kept, ${verdicts.size} decided on, ${versions.size} versions, ${deeds.size} deeds in the trail; lost: 0`,
  )
  expect(kept.size).toBeGreaterThan(rounds)
})

it('a second signal ends it at once while photos are in the network, and by nothing else', async () => {
  let answered = 0
  const phones = Array.from({ length: 8 }, async () => {
    for (;;) {
      await classify(known)
      answered++
    }
  })
  const ended = Promise.allSettled(phones)
  await until(() => answered >= 8)
  server.signal('SIGTERM')
  await server.said(/stopping/)
  server.signal('SIGTERM')
  const { code, signal } = await server.ended
  expect([code, signal]).toEqual([null, 'SIGTERM'])
  await ended
})
