/**
 * kill -9 at random moments while everybody works: what was acknowledged is there, once, and it serves again by itself.
 * The seed is printed. WASTEX_KILL_ROUNDS=200 for a night, WASTEX_KILL_SEED=... to see a round again.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawSamples } from '../demo/draw.js'
import type { Artefact } from '../src/model/card.js'
import { decode } from '../src/photos/decode.js'
import { photoFile } from '../src/photos/store.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { ask, file, upload } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { everybody, type Ledger } from './support/load.js'
import { ServerProcess } from './support/server-process.js'
import { drawVersion, finished, headAlone, settingsOf } from './support/training.js'

const minutes = 60_000
const rounds = Number(process.env['WASTEX_KILL_ROUNDS'] ?? 5)
const seed = Number(process.env['WASTEX_KILL_SEED'] ?? Date.now() % 1_000_000)
const longestMs = 4_000

let hall: TestHall
let server: ServerProcess
let address: string
let known: Buffer
let unknown: Buffer
let importFolder: string
const runs: string[] = []
const ledger: Ledger = {
  sent: { known: 0, unknown: 0 },
  answered: { known: 0, unknown: 0 },
  kept: new Map(),
  labels: new Map(),
  versions: new Map(),
  serving: { acknowledged: '', pending: undefined },
}

const startDocument = 'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }'
const brief = { datasetVersion: 'v1', ...headAlone, stage1: { epochs: 15 } }

async function train(input: object): Promise<string> {
  const { startTraining } = await ask<{ startTraining: { name: string } }, object>(address, startDocument, {
    input: { ...brief, ...input },
  })
  const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: { name: startTraining.name } })
  expect(await finished(hall, id)).toMatchObject({ status: 'COMPLETED', error: null })
  return startTraining.name
}

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
  hall = await openTestHall()
  await drawVersion(hall, 'v1')
  importFolder = path.join(hall.folder, 'arriving')
  await drawSamples(importFolder, { perClass: 4, classes: ['bottle', 'can'], seed: 9 })
  await start()
  runs.push(await train({ autoPromote: true }), await train({ seed: 2 }))
  ledger.serving.acknowledged = runs[0] ?? ''
  for (const row of await trainingRows(hall.db, 1)) {
    known = await readFile(photoFile(hall.config, row))
    if (!(await classify(known)).ood) break
  }
  for (const photo of await drawSamples(path.join(hall.folder, 'others'), { perClass: 0, odd: 12, seed: 5 })) {
    unknown = await readFile(photo.path)
    if ((await classify(unknown)).ood) break
  }
  const { _sum } = await hall.db.trashCounter.aggregate({ _sum: { totalCount: true, oodCount: true } })
  for (const record of [ledger.sent, ledger.answered])
    Object.assign(record, { known: _sum.totalCount ?? 0, unknown: _sum.oodCount ?? 0 })
}, 3 * minutes)

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
  for (const { photo } of rows) expect(sha256(await readFile(photoFile(hall.config, photo)))).toBe(photo.storedHash)
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

async function countsAreRight(): Promise<void> {
  const { _sum } = await hall.db.trashCounter.aggregate({ _sum: { totalCount: true, oodCount: true } })
  const [all, answered] = [(_sum.totalCount ?? 0) + (_sum.oodCount ?? 0), ledger.answered]
  expect(_sum.totalCount).toBeGreaterThanOrEqual(answered.known)
  expect(_sum.oodCount).toBeGreaterThanOrEqual(answered.unknown)
  expect(all).toBeLessThanOrEqual(ledger.sent.known + ledger.sent.unknown)
}

async function labelsAreThere(): Promise<void> {
  for (const [id, record] of ledger.labels) {
    const uuid = Buffer.from(id, 'base64url').toString().split(':')[1] ?? id
    const image = await hall.db.image.findUniqueOrThrow({ where: { id: uuid }, include: { entries: true } })
    const allowed = [record.label ?? null, ...(record.pending === undefined ? [] : [record.pending])]
    expect(allowed).toContain(image.assignedLabel)
    ledger.labels.set(id, { label: image.assignedLabel ?? undefined, pending: undefined })
    if (image.assignedLabel === null)
      ledger.labels.delete(id) // never acknowledged: it is labelled again
    // Staged, or in a version; never both, never neither.
    else expect([image.staged, image.addedToDataset]).toEqual([image.versionId === null, image.versionId !== null])
    expect(image.entries.some(({ versionId }) => versionId === image.versionId)).toBe(image.versionId !== null)
  }
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

it(`loses nothing that was acknowledged in ${rounds} kills (seed ${seed})`, { timeout: rounds * minutes }, async () => {
  console.log(`WASTEX_KILL_SEED=${seed}`)
  const random = xoroshiro128plus(seed)
  let interrupted: string | undefined
  for (let round = 0; round < rounds; round++) {
    // A training is on in every round: the one that the last kill interrupted goes on.
    if (interrupted === undefined) {
      await ask(address, startDocument, { input: { ...brief, seed: 100 + round, stage1: { epochs: 60 } } })
    } else
      await ask(address, 'mutation ($name: String!) { resumeTraining(name: $name) { name } }', { name: interrupted })
    const stop = new AbortController()
    const work = everybody({ address, ledger, known, unknown, runs, importFolder, round, signal: stop.signal })
    await pause(uniformInt(random, 200, longestMs))
    await server.kill()
    stop.abort()
    expect(await work).toEqual([])

    await start()
    await photosAreThere()
    await countsAreRight()
    await labelsAreThere()
    await versionsAreWhole()
    await modelsAreWhole()
    await servesAgain()
    interrupted = (await hall.db.trainingRun.findFirst({ where: { status: 'INTERRUPTED' } }))?.name
  }
  const { sent, answered, kept, labels, versions } = ledger
  console.log(
    `${rounds} kills: ${answered.known + answered.unknown} of ${sent.known + sent.unknown} photos acknowledged, ` +
      `${kept.size} kept, ${labels.size} labelled, ${versions.size} versions; lost: 0`,
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
  while (answered < 8) await pause(5)
  server.signal('SIGTERM')
  await server.said(/stopping/)
  server.signal('SIGTERM')
  const { code, signal } = await server.ended
  expect([code, signal]).toEqual([null, 'SIGTERM'])
  await ended
})
