/** What people must be able to take away, and to bring back. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../src/config.js'
import type { TrainingRun } from '../src/db.js'
import { backUp } from '../src/keeping/backup.js'
import { finishErasing } from '../src/keeping/erase.js'
import { findPrunable, prune } from '../src/keeping/prune.js'
import { restore } from '../src/keeping/restore.js'
import { contentHash } from '../src/photos/identity.js'
import { photoFile } from '../src/photos/store.js'
import { changingVersions } from '../src/versions/one-at-a-time.js'
import { activate, setActiveVersion } from '../src/versions/set-active-version.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { ask, file, send, upload } from './support/client.js'
import { createTestDatabase } from './support/database.js'
import { by } from './support/doer.js'
import { withComment } from './support/drawn-photo.js'
import { openTrainedHall } from './support/trained-hall.js'
import type { TestHall } from './support/hall.js'
import { addRun } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'
import {
  drawVersion,
  finished,
  hasTold,
  headAlone,
  runOf,
  runWhen,
  startServerOf,
  told,
  weights,
} from './support/training.js'
import { until } from './support/until.js'

const minutes = 60_000
let hall: TestHall
let server: TestServer
let run: TrainingRun
let unknown: Buffer

interface Classified {
  classLabel: string
  confidence: number
  energy: number
  ood: boolean
  image: { id: string; contentHash: string; url: string; thumbnailUrl: string } | null
}
const classifyAt = async (address: string, bytes: Buffer): Promise<Classified> => {
  const { data, errors } = await upload<{ classify: Classified }, object>(
    address,
    `mutation ($image: Upload!) { classify(image: $image) {
      classLabel confidence energy ood image { id contentHash url thumbnailUrl } } }`,
    { image: file(bytes, 'Anna at home.jpg') },
  )
  return data?.classify ?? expect.fail(errors?.[0]?.message)
}
const classify = (bytes: Buffer) => classifyAt(server.address, bytes)
/** A photo that is kept, in bytes of its own. */
const keep = async (name: string) => (await classify(withComment(unknown, name))).image ?? expect.fail('it is known')
const label = (id: string, classLabel = 'bottle') =>
  send(server.address, 'mutation ($id: ID!, $classLabel: String!) { label(id: $id, classLabel: $classLabel) { id } }', {
    id,
    classLabel,
  })
const createVersion = (name: string, beside: { parent?: string; activate?: boolean } = {}) =>
  ask<{ createVersion: { totalImages: number } }, object>(
    server.address,
    'mutation ($input: CreateVersionInput!) { createVersion(input: $input) { totalImages } }',
    { input: { name, ...beside } },
  )
const erase = (id: string) =>
  send<{ erasePhoto: { erasedAt: string; image: { filename: string; assignedLabel: string | null } } }, object>(
    server.address,
    'mutation ($id: ID!) { erasePhoto(id: $id) { erasedAt image { filename assignedLabel } } }',
    { id },
  )
const statusOf = async (url: string) => (await fetch(`${server.address}${url}`)).status
const rowOf = (contentHash: string) =>
  hall.db.photo.findUniqueOrThrow({ where: { contentHash }, include: { image: true } })
const train = async (datasetVersion: string, input = {}) => {
  const { startTraining } = await ask<{ startTraining: { name: string } }, object>(
    server.address,
    'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }',
    { input: { datasetVersion, ...headAlone, ...input } },
  )
  const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: startTraining })
  const over = await finished(hall, id)
  expect(over).toMatchObject({ status: 'COMPLETED', error: null })
  return over
}
const filesBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) => entry.isFile())

beforeAll(async () => {
  const trained = await openTrainedHall()
  ;({ hall, run } = trained)
  ;({ unknown } = trained.photos)
  server = await startServerOf(hall)
}, 3 * minutes)
afterAll(async () => {
  await server.close()
  await hall.close()
})

describe('a person’s photo', () => {
  it(
    'goes with all that was computed of it; versions that had it say so, and go on without',
    { timeout: minutes * 2 },
    async () => {
      const [mine, other] = [await keep('mine'), await keep('other')]
      await label(mine.id)
      await label(other.id)
      await createVersion('with mine')
      await train('with mine')
      const features = async () =>
        (await filesBelow(path.join(hall.config.dataDir, 'features'))).map(({ name }) => name)
      expect((await features()).some((name) => name.startsWith(mine.contentHash))).toBe(true)
      expect(await statusOf(mine.url)).toBe(200)

      const { data } = await erase(mine.id)
      expect(data?.erasePhoto).toMatchObject({ erasedAt: expect.stringMatching(/Z$/), image: { filename: 'erased' } })
      const row = await rowOf(mine.contentHash)
      await expect(stat(photoFile(hall.config, row))).rejects.toThrow('ENOENT')
      expect((await features()).filter((name) => name.startsWith(mine.contentHash))).toEqual([])
      expect(JSON.stringify(row)).not.toContain('Anna')
      const trail = await hall.db.$queryRaw<{ action: string; says: string }[]>`
        SELECT action, a::text AS says FROM "AuditEntry" a WHERE "subjectType" = 'Image'`
      expect(trail.map(({ action }) => action)).toEqual(['LABEL', 'LABEL', 'ERASE_PHOTO'])
      for (const { says } of trail) expect(says).not.toContain('Anna')
      expect([await statusOf(mine.url), await statusOf(mine.thumbnailUrl)]).toEqual([410, 410])

      const { datasetVersion } = await ask<
        {
          datasetVersion: {
            totalImages: number
            entries: { edges: { node: { contentHash: string; erased: boolean } }[] }
          }
        },
        object
      >(
        server.address,
        `{ datasetVersion(name: "with mine") { totalImages
        entries(first: 100, filter: { reviewed: true }) { edges { node { contentHash erased } } } } }`,
        {},
      )
      expect(datasetVersion.totalImages).toBe(50)
      expect(datasetVersion.entries.edges.map(({ node }) => node)).toEqual(
        expect.arrayContaining([
          { contentHash: mine.contentHash, erased: true },
          { contentHash: other.contentHash, erased: false },
        ]),
      )

      const again = await train('with mine')
      const { events } = await runOf(hall.db, again.id)
      expect(told(events[0] ?? expect.fail())['message']).toContain('without 1 erased photo')
      // Nothing is staged; but without it, it is another version.
      expect((await createVersion('without mine')).createVersion.totalImages).toBe(49)
      await expect(createVersion('the same')).rejects.toThrow('No photo is staged')
    },
  )

  it('that waits, or is staged, leaves the queue; it cannot be labelled, and is not kept again', async () => {
    const [waiting, staged] = [await keep('waiting'), await keep('staged')]
    await label(staged.id)
    for (const { id } of [waiting, staged]) expect((await erase(id)).data?.erasePhoto.image.assignedLabel).toBeNull()
    expect((await rowOf(staged.contentHash)).image).toMatchObject({ staged: false, reviewed: true })
    expect((await label(waiting.id)).errors?.[0]).toMatchObject({
      message: expect.stringContaining('was erased'),
      extensions: { code: 'CONFLICT' },
    })
    const many = await send(
      server.address,
      'mutation ($ids: [ID!]!) { labelMany(ids: $ids, classLabel: "can") { id } }',
      {
        ids: [waiting.id],
      },
    )
    expect(many.errors?.[0]?.extensions.code).toBe('CONFLICT')
    expect((await keep('waiting')).id).toBe(waiting.id)
    await expect(stat(photoFile(hall.config, await rowOf(waiting.contentHash)))).rejects.toThrow('ENOENT')
    const first = await rowOf(waiting.contentHash)
    expect((await erase(waiting.id)).data?.erasePhoto.erasedAt).toBe(first.erasedAt?.toISOString())
  })

  it(
    'goes while a training reads it: the run says so, keeps nothing of it, and goes on without it',
    { timeout: 2 * minutes },
    async () => {
      await drawVersion(hall, 'fresh', { perClass: 6, seed: 21 })
      // Photos are read in the order of their hashes: the last of them, long after the first are told of.
      let name = 0
      const last = () => contentHash(withComment(unknown, `last ${name}`)).startsWith('ff')
      while (!last()) name++
      const mine = await keep(`last ${name}`)
      await label(mine.id, 'box')
      await createVersion('with the last', { parent: 'fresh', activate: false })
      const { startTraining } = await ask<{ startTraining: { name: string } }, object>(
        server.address,
        'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }',
        { input: { datasetVersion: 'with the last', ...headAlone, fromServing: false } },
      )
      const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: startTraining })
      await runWhen(hall, id, (one) => hasTold(one, 'TrainingStageStarted', { stage: 'LOADING' }))
      expect((await erase(mine.id)).errors).toBeUndefined()
      // What the training had in hand it writes after that.
      const [network = ''] = await readdir(path.join(hall.config.dataDir, 'features'))
      const late = path.join(hall.config.dataDir, 'features', network, 'ff', `${mine.contentHash}.whole`)
      await mkdir(path.dirname(late), { recursive: true })
      await writeFile(late, 'features')

      expect(await finished(hall, id)).toMatchObject({
        status: 'FAILED',
        error: 'A photo of the version was erased while it trained. resumeTraining goes on without.',
      })
      await expect(stat(late)).rejects.toThrow('ENOENT')
      await ask(server.address, 'mutation ($name: String!) { resumeTraining(name: $name) { name } }', startTraining)
      expect(await finished(hall, id)).toMatchObject({ status: 'COMPLETED', error: null })
      expect(await finishErasing(hall)).toBe(1)
      expect((await rowOf(mine.contentHash)).bytesGoneAt).not.toBeNull()
    },
  )
})

describe('a backup', () => {
  let config: Config
  let restored: TestServer
  let folder: string
  const foldersAt = (target: string) => ({
    dataDir: path.join(target, 'data'),
    modelsDir: path.join(target, 'models'),
    uploadsDir: path.join(target, 'data/uploads'),
  })
  const dump = async (db: TestHall['db']) => ({
    versions: await db.datasetVersion.findMany({ orderBy: { id: 'asc' } }),
    entries: await db.versionEntry.findMany({ orderBy: { id: 'asc' } }),
    photos: await db.photo.findMany({ orderBy: { id: 'asc' } }),
    images: await db.image.findMany({ orderBy: { id: 'asc' } }),
    runs: await db.trainingRun.findMany({ orderBy: { id: 'asc' } }),
    epochs: await db.runEpoch.findMany({ orderBy: [{ runId: 'asc' }, { stage: 'asc' }, { epoch: 'asc' }] }),
    events: await db.runEvent.findMany({ orderBy: [{ runId: 'asc' }, { seq: 'asc' }] }),
    testPhotos: await db.testPrediction.findMany({ orderBy: [{ runId: 'asc' }, { photoId: 'asc' }] }),
    counts: await db.trashCounter.findMany({ orderBy: [{ className: 'asc' }, { recordedAt: 'asc' }] }),
    files: await db.importedFile.findMany({ orderBy: [{ root: 'asc' }, { path: 'asc' }] }),
  })

  beforeAll(async () => {
    folder = await mkdtemp(path.join(hall.folder, 'restored-'))
    config = { ...hall.config, ...foldersAt(folder) }
  })
  afterAll(() => restored?.close())

  it(
    'taken while photos come in gives the same WasteX elsewhere: same answers, versions, photos',
    { timeout: 2 * minutes },
    async () => {
      const target = path.join(hall.folder, 'backup.tar')
      // Photos come in all the while: what the backup has of them is whole.
      let done = false
      const phone = (async () => {
        for (let i = 0; !done; i++) await keep(`meanwhile ${i}`)
      })()
      const contents = await backUp(hall.config, hall.databaseUrl, target).finally(() => (done = true))
      await phone
      expect((await readdir(hall.folder)).filter((name) => name.includes('.tmp') || name.includes('.look'))).toEqual([])
      const { url } = await createTestDatabase()
      expect(contents.faults).toEqual([])
      expect(await restore(config, url, target)).toMatchObject(contents)

      restored = await startTestServer({
        ...weights,
        DATABASE_URL: url,
        WASTEX_DATA: config.dataDir,
        WASTEX_MODELS: config.modelsDir,
      })
      const [before, after] = [await dump(hall.db), await dump(restored.db)]
      expect(after.versions).toEqual(before.versions)
      expect(after.entries).toEqual(before.entries)
      expect(after.runs).toEqual(before.runs)
      expect(after.epochs).toEqual(before.epochs)
      expect(after.events).toEqual(before.events)
      expect(after.files).toEqual(before.files)
      expect(after.images).toEqual(before.images.slice(0, after.images.length))
      const anywhere = (photo: { root: string; path: string }) => ({ ...photo, root: '', path: '' })
      expect(after.photos.map(anywhere)).toEqual(before.photos.slice(0, after.photos.length).map(anywhere))
      // All of them are here, imported ones as well.
      for (const photo of after.photos.filter(({ erasedAt }) => erasedAt === null)) {
        expect(photo.root).toBe('uploads')
        const bytes = await readFile(photoFile(config, photo))
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(photo.storedHash)
      }
      // The same to the bit, by the same model.
      for (const { root, path: place } of (await trainingRows(hall.db, run.versionId)).slice(0, 5)) {
        const bytes = await readFile(path.join(root, place))
        const [here, there] = [await classify(bytes), await classifyAt(restored.address, bytes)]
        expect({ ...there, image: there.image?.contentHash }).toEqual({ ...here, image: here.image?.contentHash })
      }
      // It goes on: numbers that the database gives out do not come twice, and versions are sealed as before.
      const fresh = await classifyAt(restored.address, withComment(unknown, 'after the restore'))
      expect(fresh.image).not.toBeNull()
      await expect(restored.db.$executeRaw`DELETE FROM "VersionEntry"`).rejects.toThrow('never changes')
      await expect(restored.db.$executeRaw`DELETE FROM "Photo"`).rejects.toThrow()
    },
  )

  it('is restored into what is empty only, and is refused when it is none', async () => {
    const target = path.join(hall.folder, 'backup.tar')
    await expect(restore(config, hall.databaseUrl, target)).rejects.toThrow('is not empty')
    const { url } = await createTestDatabase()
    await expect(restore(config, url, target)).rejects.toThrow('empty folders only')
    const empty = { ...config, ...foldersAt(path.join(folder, 'other')) }
    await expect(restore(empty, hall.databaseUrl, target)).rejects.toThrow('The database is not empty (')
    await expect(restore(empty, url, path.join(hall.folder, 'others/odd/odd-001.jpg'))).rejects.toThrow(
      'no backup of WasteX',
    )
    expect(await filesBelow(path.join(folder, 'other'))).toEqual([])
  })
})

describe('old runs and versions', () => {
  it('go when nothing needs them, with their files; what is needed stays', async () => {
    await drawVersion(hall, 'side', { perClass: 3, seed: 3 })
    const { id: sideId } = await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'side' } })
    const ofSide = await addRun(hall.db, 'run-of-side', sideId)
    const baseline = await addRun(hall.db, 'run-baseline', run.versionId)
    await hall.db.trainingRun.update({ where: { id: run.id }, data: { baselineId: baseline.id } })
    expect(await findPrunable(hall, 30)).toEqual({ runs: [], versions: [] })

    const found = await findPrunable(hall, 0)
    const names = found.runs.map(({ name }) => name)
    expect(names).toContain(ofSide.name)
    expect(names).not.toContain(run.name)
    expect(names).not.toContain(baseline.name)
    expect(found.versions.map(({ name }) => name)).toEqual(['side'])

    await prune(hall, found, () => undefined)
    expect(await findPrunable(hall, 0)).toEqual({ runs: [], versions: [] })
    expect((await readdir(hall.config.modelsDir)).filter((name) => names.includes(name))).toEqual([])
    expect(await hall.db.versionEntry.count({ where: { versionId: sideId } })).toBe(0)
    expect(await hall.db.trainingRun.count({ where: { name: { in: names } } })).toBe(0)
    expect((await classify(unknown)).image).not.toBeNull()
    const gone = await hall.db.auditEntry.findMany({ where: { action: 'PRUNE' }, orderBy: { id: 'asc' } })
    expect(gone.map(({ actor, subjectType, subjectName }) => [actor, subjectType, subjectName])).toEqual([
      ...names.map((name) => ['command', 'TrainingRun', name]),
      ['command', 'DatasetVersion', 'side'],
    ])
    expect(gone.at(-1)).toMatchObject({ before: { totalImages: 12 }, after: {} })
  })

  it('stay when they become active while they are looked at', async () => {
    await drawVersion(hall, 'side', { perClass: 3, seed: 3 })
    const side = await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'side' } })
    const active = await hall.db.datasetVersion.findFirstOrThrow({ where: { isActive: true } })
    let removing: Promise<void> | undefined
    await changingVersions(hall.db, async (tx) => {
      let isOver = false
      removing = prune(hall, { runs: [], versions: [side] }, () => undefined).finally(() => (isOver = true))
      const waiting = `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
      await until(async () => isOver || (await hall.db.$queryRawUnsafe<{ n: number }[]>(waiting))[0]?.n !== 0)
      await activate(tx, side.id)
    })
    await removing
    expect(await hall.db.datasetVersion.findUnique({ where: { name: 'side' } })).toMatchObject({ isActive: true })
    expect(await hall.db.versionEntry.count({ where: { versionId: side.id } })).toBe(side.totalImages)
    await setActiveVersion(hall, by, active.name)
    await prune(hall, { runs: [], versions: [side] }, () => undefined)
  })

  it('stay when they came to be needed after they were found', async () => {
    const late = await addRun(hall.db, 'run-late', run.versionId)
    await prune(
      hall,
      { runs: [run, late], versions: [{ id: run.versionId, name: 'v1', totalImages: 48 }] },
      () => undefined,
    )
    expect(await hall.db.trainingRun.findUnique({ where: { id: run.id } })).not.toBeNull()
    expect(await hall.db.datasetVersion.findUnique({ where: { id: run.versionId } })).not.toBeNull()
    expect(await hall.db.auditEntry.count({ where: { action: 'PRUNE', subjectName: { in: [run.name, 'v1'] } } })).toBe(
      0,
    )
    await rm(path.join(hall.config.modelsDir, 'run-late'), { recursive: true, force: true })
  })
})
