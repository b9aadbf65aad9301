/** What a backup holds, what it says that it lacks, and that a damaged one is never taken for a whole one. */
import { existsSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawSamples } from '../demo/draw.js'
import type { Config } from '../src/config.js'
import { connect, type PrismaClient } from '../src/db.js'
import { disk } from '../src/disk.js'
import { backUp } from '../src/keeping/backup.js'
import { erasePhoto } from '../src/keeping/erase.js'
import { prune } from '../src/keeping/prune.js'
import { restore } from '../src/keeping/restore.js'
import { stripMetadata } from '../src/keeping/strip-metadata.js'
import { decode } from '../src/photos/decode.js'
import { photoFile } from '../src/photos/store.js'
import { keepForReview } from '../src/reviews/keep-for-review.js'
import { createTestDatabase } from './support/database.js'
import { by } from './support/doer.js'
import { someFaults, whileFull, withFault } from './support/faulty-disk.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addRun } from './support/rows.js'
import { drawVersion, settingsOf } from './support/training.js'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const byText = (a: string, b: string) => (a < b ? -1 : 1)
const minutes = 60_000
let hall: TestHall
let dataset: string
let archive: string
let unknown: Buffer[]

async function review(to: Pick<TestHall, 'config' | 'db'>, bytes: Buffer): Promise<string> {
  const prediction = {
    topPrediction: 'can',
    confidence: 0.4,
    energy: 1,
    novelty: 2,
    oodReasons: [],
    allPredictions: [],
  }
  return keepForReview(to, { bytes, filename: 'Anna.jpg', photo: await decode(bytes), prediction })
}

/** A run that is COMPLETED, with a folder of files that nobody could load. */
async function writeRun(name: string): Promise<void> {
  const files = ['card.json', 'model.onnx', 'weights.bin'].map((file) => ({ file, bytes: randomBytes(3_000) }))
  const folder = path.join(hall.config.modelsDir, name)
  await mkdir(folder, { recursive: true })
  for (const { file, bytes } of files) await writeFile(path.join(folder, file), bytes)
  const artefacts = files.map(({ file, bytes }) => ({ name: file, bytes: bytes.length, sha256: sha256(bytes) }))
  await addRun(hall.db, name, 1, { artefacts })
}

beforeAll(async () => {
  hall = await openTestHall()
  dataset = await drawVersion(hall, 'v1', { perClass: 3 })
  const odd = await drawSamples(path.join(hall.folder, 'odd'), { perClass: 0, odd: 4, seed: 5 })
  unknown = await Promise.all(odd.map((photo) => readFile(photo.path)))
  for (const bytes of unknown.slice(0, 3)) await review(hall, bytes)
  await writeRun('run-1')
  archive = path.join(hall.folder, 'wastex.tar')
  await backUp(hall.config, hall.databaseUrl, archive)
})
afterAll(() => hall.close())

interface Place {
  readonly config: Config
  readonly url: string
  readonly db: PrismaClient
}
const places: Place[] = []
let count = 0
/** Where nothing is. */
async function freshPlace(): Promise<Place> {
  const folder = path.join(hall.folder, `place-${count++}`)
  const config = {
    ...hall.config,
    dataDir: path.join(folder, 'data'),
    modelsDir: path.join(folder, 'models'),
    uploadsDir: path.join(folder, 'data/uploads'),
  }
  const { url } = await createTestDatabase()
  const place = { config, url, db: connect(url, 2) }
  places.push(place)
  return place
}
afterAll(async () => {
  for (const { db } of places) await db.$disconnect()
})

const filesBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) => entry.isFile())
const rowsOf = async ({ db }: Pick<Place, 'db'>) =>
  (await db.photo.count()) + (await db.datasetVersion.count()) + (await db.trainingRun.count())

async function expectNothing(place: Place): Promise<void> {
  expect(await rowsOf(place)).toBe(0)
  expect(await filesBelow(path.dirname(place.config.modelsDir))).toEqual([])
}

async function expectEverything({ config, db }: Place): Promise<void> {
  const photos = await db.photo.findMany()
  expect(photos).toHaveLength(await hall.db.photo.count())
  for (const photo of photos) expect(sha256(await readFile(photoFile(config, photo)))).toBe(photo.storedHash)
  expect(await filesBelow(config.uploadsDir)).toHaveLength(photos.length)
  const run = path.join(hall.config.modelsDir, 'run-1')
  for (const name of await readdir(run))
    expect(await readFile(path.join(config.modelsDir, 'run-1', name))).toEqual(await readFile(path.join(run, name)))
}

describe('a backup', () => {
  it('has every photo of every version, wherever it was imported from, once', async () => {
    expect((await backUp(hall.config, hall.databaseUrl, archive)).faults).toEqual([])
    await rename(dataset, `${dataset} gone`)
    const place = await freshPlace()
    try {
      await restore(place.config, place.url, archive)
      await expectEverything(place)
      expect(await stripMetadata({ ...hall, ...place })).toBe(0)
      // What was imported comes in by phone, too: it stays the file that it is.
      const imported = await place.db.photo.findFirstOrThrow({ where: { entries: { some: {} } } })
      await review({ ...hall, ...place }, await readFile(photoFile(place.config, imported)))
      await expectEverything(place)
    } finally {
      await rename(`${dataset} gone`, dataset)
    }
    // And again, from there.
    const second = path.join(hall.folder, 'second.tar')
    const contents = await backUp(place.config, place.url, second)
    expect(contents).toMatchObject({ faults: [], photos: await hall.db.photo.count() })
    const third = await freshPlace()
    await restore(third.config, third.url, second)
    await expectEverything(third)
  })

  it('is a tar that any tar reads', async () => {
    const { stdout } = await promisify(execFile)('tar', ['-tf', archive])
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining(['backup.json', 'tables/Photo.jsonl', 'models/run-1/card.json']),
    )
  })

  it('taken while a photo is erased and a run is pruned has neither, and nothing that is missing', async () => {
    const id = await review(hall, unknown[3] ?? expect.fail())
    const { photo } = await hall.db.image.findUniqueOrThrow({ where: { id }, include: { photo: true } })
    await writeRun('run-old')
    const old = await hall.db.trainingRun.findUniqueOrThrow({ where: { name: 'run-old' } })
    const { write } = disk
    async function* meanwhile(data: AsyncIterable<string | Uint8Array>) {
      let isFirst = true
      for await (const chunk of data) {
        yield chunk
        if (!isFirst || typeof chunk === 'string') continue
        isFirst = false
        await erasePhoto(hall, by, photo.id)
        await prune(hall, { runs: [old], versions: [] }, () => undefined)
      }
    }
    disk.write = (handle, data) =>
      write(handle, typeof data === 'string' || data instanceof Uint8Array ? data : meanwhile(data))
    const target = path.join(hall.folder, 'meanwhile.tar')
    const contents = await backUp(hall.config, hall.databaseUrl, target).finally(() => (disk.write = write))
    expect(contents).toMatchObject({ faults: [], models: ['run-1'] })
    expect(contents.gone).toEqual({ photos: [photo.contentHash], runs: ['run-old'] })

    const place = await freshPlace()
    await restore(place.config, place.url, target)
    const image = await place.db.image.findUniqueOrThrow({ where: { id }, include: { photo: true } })
    expect(image).toMatchObject({ filename: 'erased', reviewed: true, photo: { erasedAt: expect.any(Date) } })
    expect(await place.db.trainingRun.count()).toBe(1)
    expect(await readdir(place.config.modelsDir)).toEqual(['run-1'])
    await hall.db.image.delete({ where: { id } })
    await hall.db.photo.delete({ where: { id: photo.id } })
  })
})

describe('the commands', () => {
  const root = path.resolve(import.meta.dirname, '..')
  const command = (settings: Record<string, string>, name: 'backup' | 'restore', ...args: string[]) =>
    promisify(execFile)(process.execPath, [path.join(root, `tools/${name}.mjs`), ...args], {
      cwd: root,
      env: { ...process.env, ...settings },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )
  const settingsAt = ({ config, url }: Place) => ({
    DATABASE_URL: url,
    WASTEX_DATA: config.dataDir,
    WASTEX_MODELS: config.modelsDir,
  })

  it('say what was lost, by name and by exit code; the rest comes back', { timeout: minutes }, async () => {
    const target = path.join(hall.folder, 'lacking.tar')
    const place = await freshPlace()
    await restore(place.config, place.url, archive)
    const [lost, changed] = await place.db.photo.findMany({ take: 2 })
    await rm(photoFile(place.config, lost ?? expect.fail()))
    await writeFile(photoFile(place.config, changed ?? expect.fail()), 'no photo any more')
    await rm(path.join(place.config.modelsDir, 'run-1', 'model.onnx'))
    const made = await command(settingsAt(place), 'backup', target)
    expect([made.code, made.stdout]).toEqual([1, expect.stringMatching(/rows, 14 photos, 1 models/)])
    const [, ...faults] = made.stderr.trim().split('\n')
    const hashes = [lost, changed].map((photo) => photo?.contentHash ?? expect.fail()).toSorted(byText)
    expect(faults).toEqual([
      ...hashes.map((hash) => expect.stringContaining(hash)),
      '  run run-1: model.onnx is missing',
    ])

    const empty = await freshPlace()
    const restored = await command(settingsAt(empty), 'restore', target)
    expect([restored.code, restored.stdout]).toEqual([0, expect.stringContaining('14 photos')])
    expect(restored.stderr).toContain('model.onnx is missing')
    expect(await empty.db.photo.count()).toBe(15)
  })

  it('say that all is well, and refuse what is damaged in one line', { timeout: minutes }, async () => {
    const target = path.join(hall.folder, 'by-command.tar')
    expect(await command(settingsOf(hall), 'backup', target)).toMatchObject({ code: 0, stderr: '' })
    const place = await freshPlace()
    await truncate(target, 20_000)
    const refused = await command(settingsAt(place), 'restore', target)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/^\S+by-command\.tar is no backup of WasteX, or a damaged one: .*\n$/)
    await expectNothing(place)
  })
})

describe('a damaged backup is refused, and leaves nothing', () => {
  let place: Place
  let whole: Buffer
  const target = () => path.join(hall.folder, 'damaged.tar')
  const isRefused = async (bytes: Uint8Array) => {
    await writeFile(target(), bytes)
    await expect(restore(place.config, place.url, target())).rejects.toThrow('no backup of WasteX, or a damaged one')
    await expectNothing(place)
    return true
  }
  /** Where the file's own bytes begin. */
  const startOf = (name: string) => whole.indexOf(`${name}\0`) + 512

  beforeAll(async () => {
    place = await freshPlace()
    whole = await readFile(archive)
  })

  it('cut: in a file, between two, before its end', async () => {
    const between = ['tables/Photo.jsonl', 'models/run-1/card.json', 'models/run-1/weights.bin', 'contents.json']
    const cuts = [0, 511, 512, ...between.map((name) => startOf(name) - 512), startOf('contents.json') + 100]
    for (const length of [...cuts, whole.length / 2, whole.length - 1024])
      expect(await isRefused(whole.subarray(0, length))).toBe(true)
  })

  it('changed by a byte: in a table, a photo, a model, a name', async () => {
    const firstPhoto = whole.indexOf('photos/')
    const places = ['tables/Photo.jsonl', 'tables/DatasetClass.jsonl', 'models/run-1/model.onnx'].map(startOf)
    for (const at of [...places.map((start) => start + 50), firstPhoto + 512 + 100, firstPhoto + 9]) {
      const broken = Buffer.from(whole)
      broken[at] = (broken[at] ?? 0) ^ 1
      expect(await isRefused(broken)).toBe(true)
    }
  })

  it('and what is whole goes in afterwards, though a start was killed there before', async () => {
    await mkdir(place.config.modelsDir, { recursive: true })
    await writeFile(path.join(place.config.modelsDir, '.probe.tmp'), 'left by a crash')
    expect((await restore(place.config, place.url, archive)).faults).toEqual([])
    await expectEverything(place)
  })
})

describe('what is not empty', () => {
  it('keeps what it has, be it a token', async () => {
    const place = await freshPlace()
    await place.db.accessToken.create({ data: { name: 'me', role: 'ADMIN', secretHash: 'a'.repeat(64) } })
    await expect(restore(place.config, place.url, archive)).rejects.toThrow('The database is not empty (AccessToken)')
  })
})

describe('a disk that fails', () => {
  it('while a backup is written leaves the one before, or the new one', { timeout: minutes }, async () => {
    const folder = path.join(hall.folder, 'backups')
    const target = path.join(folder, 'wastex.tar')
    await mkdir(folder)
    const make = () => backUp(hall.config, hall.databaseUrl, target)
    await writeFile(target, 'before')
    await expect(whileFull(make)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    for (const fault of await someFaults(make)) {
      await writeFile(target, 'before')
      await withFault(fault, async () => {
        const failed = await make().then(
          () => undefined,
          (error: Error) => error,
        )
        if (failed) expect(failed).toMatchObject({ code: fault.code === 'ENOSPC' ? 'STORAGE_FULL' : 'EIO' })
        const bytes = await readFile(target)
        expect(bytes.toString() === 'before' || bytes.subarray(-1024).every((byte) => byte === 0)).toBe(true)
      })
      expect(await readdir(folder)).toEqual(['wastex.tar'])
    }
    const place = await freshPlace()
    await make()
    await restore(place.config, place.url, target)
    await expectEverything(place)
  })

  it('while it is restored leaves nothing, and the next time it is all there', { timeout: minutes }, async () => {
    const first = await freshPlace()
    const faults = await someFaults(() => restore(first.config, first.url, archive))
    let place = await freshPlace()
    for (const fault of faults) {
      const result = await withFault(fault, () => restore(place.config, place.url, archive)).then(
        () => 'restored',
        (error: Error) => error,
      )
      if (result !== 'restored') {
        expect(result).toMatchObject({ code: fault.code === 'ENOSPC' ? 'STORAGE_FULL' : 'EIO' })
        await expectNothing(place)
      } else {
        await expectEverything(place) // only something to be removed was not
        place = await freshPlace()
      }
    }
    await restore(place.config, place.url, archive)
    await expectEverything(place)
  })

  it('while a photo is erased or a run is pruned leaves it to be done again', async () => {
    const id = await review(hall, unknown[3] ?? expect.fail())
    const { photo } = await hall.db.image.findUniqueOrThrow({ where: { id }, include: { photo: true } })
    await writeRun('run-old')
    const old = await hall.db.trainingRun.findUniqueOrThrow({ where: { name: 'run-old' } })
    const erase = () => erasePhoto(hall, by, photo.id).catch(() => undefined)
    const take = () => prune(hall, { runs: [old], versions: [] }, () => undefined).catch(() => undefined)
    const there = async () => [
      existsSync(photoFile(hall.config, photo)),
      existsSync(path.join(hall.config.modelsDir, 'run-old')),
      (await hall.db.trainingRun.count({ where: { name: 'run-old' } })) > 0,
    ]
    for (const work of [erase, take])
      expect(await withFault({ operation: 'remove', nth: 1, code: 'EIO' }, work)).toBe(true)
    expect(await there()).toEqual([true, true, true])
    await erase()
    await take()
    expect(await there()).toEqual([false, false, false])
    await hall.db.image.delete({ where: { id } })
    await hall.db.photo.delete({ where: { id: photo.id } })
  })
})
