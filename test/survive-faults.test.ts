/**
 * The disk fails at each of its operations in turn, or is full for a while: the client hears it, nothing is half there, the server goes
 * on, a retry works. Import, createVersion and promotion write no files: what they do is the database's (`survive-kill`).
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrainingRun } from '../src/db.js'
import { disk, writeCacheFile, writeFileWhole, writeFolderWhole, writeInDraft } from '../src/disk.js'
import { readCard } from '../src/model/card.js'
import { backboneOf } from '../src/training/backbone-of.js'
import { readCheckpoint } from '../src/training/checkpoint.js'
import { FeatureCache } from '../src/training/features/feature-cache.js'
import type { Job } from '../src/training/job.js'
import { prepareJob } from '../src/training/prepare-job.js'
import { train as trainIn } from '../src/training/train.js'
import { file, upload } from './support/client.js'
import { everyFault, type Fault, whileFull, withFault } from './support/faulty-disk.js'
import { withComment } from './support/drawn-photo.js'
import { openTrainedHall } from './support/trained-hall.js'
import type { TestHall } from './support/hall.js'
import type { TestServer } from './support/server.js'
import { startServerOf } from './support/training.js'
import { until } from './support/until.js'

const minutes = 60_000
let hall: TestHall
let server: TestServer
let run: TrainingRun
let known: Buffer
let unknown: Buffer

const filesBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted()

beforeAll(async () => {
  const trained = await openTrainedHall()
  ;({ hall, run } = trained)
  ;({ known, unknown } = trained.photos)
  server = await startServerOf(hall)
}, 3 * minutes)

afterAll(async () => {
  await server.close()
  await hall.close()
})

interface Classified {
  classify: { ood: boolean; image: { id: string } | null; servedBy: { name: string } }
}
const classify = (bytes: Buffer) =>
  upload<Classified, object>(
    server.address,
    'mutation ($image: Upload!) { classify(image: $image) { ood image { id } servedBy { name } } }',
    { image: file(bytes, 'photo.jpg') },
  )

describe('a file', () => {
  const folder = () => path.join(hall.folder, 'files')
  const target = () => path.join(folder(), 'deeper', 'file')

  it.each([
    ['written whole', writeFileWhole],
    ['of the cache', writeCacheFile],
  ])('%s is the old one or the new one, and no other lies beside', async (_, write) => {
    const count = await everyFault(
      async ({ code }) => {
        const failed = await write(target(), Buffer.from('new')).then(
          () => undefined,
          (error: Error) => error,
        )
        if (failed) expect(failed).toMatchObject({ code: code === 'ENOSPC' ? 'STORAGE_FULL' : 'EIO' })
        expect(await filesBelow(folder())).toEqual([path.join('deeper', 'file')])
        expect(['old', 'new']).toContain(await readFile(target(), 'utf8'))
      },
      () => write(target(), Buffer.from('old')),
    )
    expect(count).toBeGreaterThanOrEqual(4)
  })

  /** What cannot be removed is swept later. */
  async function expectNoDraft(operation: Fault['operation']): Promise<void> {
    const drafts = (await readdir(hall.folder)).filter((name) => name.endsWith('.tmp'))
    expect(drafts.length).toBeLessThanOrEqual(operation === 'remove' ? 1 : 0)
    for (const name of drafts) await rm(path.join(hall.folder, name), { recursive: true })
  }

  it('is in a folder that is complete, or not there', async () => {
    const made = path.join(hall.folder, 'made')
    const all = ['a', 'b', path.join('c', 'd')]
    const count = await everyFault(async ({ operation }) => {
      await writeFolderWhole(made, async (draft) => {
        for (const name of all) await writeInDraft(path.join(draft, name), name)
      }).catch(() => undefined)
      expect([[], all]).toContainEqual(await filesBelow(made))
      await expectNoDraft(operation)
    })
    expect(count).toBeGreaterThan(20)
  })

  it('is in the folder that was there before, whole, or in the new one', async () => {
    const made = path.join(hall.folder, 'replaced')
    const count = await everyFault(
      async ({ operation }) => {
        await writeFolderWhole(made, (draft) => writeInDraft(path.join(draft, 'new'), 'new')).catch(() => undefined)
        expect([['one', 'two'], ['new']]).toContainEqual(await filesBelow(made))
        await expectNoDraft(operation)
      },
      async () => {
        await rm(made, { recursive: true, force: true })
        await mkdir(made)
        for (const name of ['one', 'two']) await writeFile(path.join(made, name), name)
      },
    )
    expect(count).toBeGreaterThan(20)
  })

  it('has a name that is on the disk, and so has every folder that was made for it', async () => {
    const folders = ['outer', path.join('outer', 'inner')].map((name) => path.join(hall.folder, name))
    const synced = new Set<string>()
    const real = { ...disk }
    const names = new WeakMap<object, string>()
    Object.assign(disk, {
      async open(...args: Parameters<typeof disk.open>) {
        const handle = await real.open(...args)
        names.set(handle, args[0])
        return handle
      },
      async sync(handle: Parameters<typeof disk.sync>[0]) {
        await real.sync(handle)
        synced.add(names.get(handle) ?? '')
      },
    })
    try {
      await writeFileWhole(path.join(folders[1] ?? '', 'file'), 'content')
    } finally {
      Object.assign(disk, real)
    }
    expect([...synced]).toEqual(expect.arrayContaining([hall.folder, ...folders]))
  })
})

describe('a photo that goes to review', () => {
  const kept = async () => ({
    images: await hall.db.image.count(),
    photos: await hall.db.photo.count(),
    files: await filesBelow(hall.config.uploadsDir),
    counted: await hall.db.trashCounter.aggregate({ _sum: { oodCount: true } }),
  })

  it('is kept, or refused with a word on why; sent again it is kept, once', { timeout: minutes }, async () => {
    let next = 0
    const count = await everyFault(async ({ code }) => {
      const photo = withComment(unknown, `fault ${next++}`)
      const before = await kept()
      const { status, data, errors } = await classify(photo)
      if (!errors) return expect(data?.classify).toBeDefined()
      expect([status, errors[0]?.extensions.code]).toEqual(
        code === 'ENOSPC' ? [507, 'STORAGE_FULL'] : [500, 'INTERNAL_SERVER_ERROR'],
      )
      expect(errors[0]?.message).not.toContain(hall.folder)
      const after = await kept()
      expect({ ...after, files: [] }).toEqual({ ...before, files: [] })
      // Only a folder's sync comes after the rename: then the file is there, whole, and nothing names it yet.
      expect(after.files.length - before.files.length).toBeLessThanOrEqual(1)
      expect(after.files.filter((name) => name.endsWith('.tmp'))).toEqual([])

      const beside = await classify(known)
      expect(beside.data?.classify.servedBy.name).toBe(run.name)
      const again = await classify(photo)
      expect(again.data?.classify.image?.id).toBeDefined()
      const kinds = await kept()
      expect([kinds.images, kinds.files.length]).toEqual([before.images + 1, before.files.length + 1])
    })
    // In its way: two folders to be there, a draft, its name.
    expect(count).toBeGreaterThanOrEqual(12)
  })

  it('is refused for as long as the disk is full, while known ones are answered; then it is kept', async () => {
    const photos = [1, 2, 3].map((number) => withComment(unknown, `full disk ${number}`))
    const before = await kept()
    await whileFull(async () => {
      for (const photo of photos) {
        const { status, errors } = await classify(photo)
        expect([status, errors?.[0]?.extensions.code]).toEqual([507, 'STORAGE_FULL'])
        expect((await classify(known)).data?.classify.servedBy.name).toBe(run.name)
      }
      await until(async () => (await fetch(`${server.address}/ready`)).status === 503)
      const failed = expect.arrayContaining([expect.stringContaining('the disk of WASTEX_DATA')])
      expect(await (await fetch(`${server.address}/ready`)).json()).toMatchObject({ status: 'failed', failed })
    })
    await until(async () => (await fetch(`${server.address}/ready`)).status === 200)
    expect(await kept()).toMatchObject({ images: before.images, photos: before.photos, files: before.files })
    for (const photo of photos) expect((await classify(photo)).data?.classify.image?.id).toBeDefined()
    expect((await kept()).images).toBe(before.images + 3)
  })

  it('is refused in the same words when the database has no room', async () => {
    await hall.db.$executeRawUnsafe(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`)
    await hall.db.$executeRawUnsafe(
      'CREATE TRIGGER full_disk BEFORE INSERT ON "Image" FOR EACH ROW EXECUTE FUNCTION full_disk()',
    )
    const photo = withComment(unknown, 'full database')
    const { status, errors } = await classify(photo)
    await hall.db.$executeRawUnsafe('DROP TRIGGER full_disk ON "Image"')
    expect([status, errors?.[0]?.extensions.code]).toEqual([507, 'STORAGE_FULL'])
    expect((await classify(photo)).data?.classify.image?.id).toBeDefined()
  })
})

describe('the files of a training', () => {
  let job: Job
  /** Of some ninety; each costs a training, seconds. WASTEX_FAULTS=all tries every one. */
  const some: readonly Fault[] = [
    { operation: 'mkdir', nth: 1, code: 'ENOSPC' }, // the checkpoint's folder
    { operation: 'write', nth: 1, code: 'ENOSPC' }, // the checkpoint
    { operation: 'sync', nth: 4, code: 'EIO' },
    { operation: 'rename', nth: 3, code: 'ENOSPC' },
    { operation: 'write', nth: 8, code: 'EIO' },
  ]
  const train = () =>
    trainIn(
      job,
      () => undefined,
      () => undefined,
      async () => undefined,
    )

  beforeAll(async () => {
    const weights = await backboneOf(hall, run)
    job = await prepareJob(hall, { ...run, name: 'run-7', id: '00000000-0000-7000-8000-000000000000' }, weights)
  })

  async function leavesNothingHalf({ code }: Pick<Fault, 'code'>): Promise<void> {
    const failure = await train().then(
      () => undefined,
      (error: Error) => error,
    )
    if (failure) {
      expect(failure).toMatchObject({ code: code === 'ENOSPC' ? 'STORAGE_FULL' : 'EIO' })
      expect(await readdir(hall.config.modelsDir)).toEqual([run.name])
    } else expect((await readCard(path.join(hall.config.modelsDir, 'run-7'))).run.name).toBe('run-7')
    expect((await filesBelow(hall.config.dataDir)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    await rm(path.join(hall.config.modelsDir, 'run-7'), { recursive: true, force: true })
    const { data } = await classify(known)
    expect(data?.classify.servedBy.name).toBe(run.name)
  }

  it(
    'are whole or absent, the model that serves is untouched, and the run goes on',
    { timeout: 60 * minutes },
    async () => {
      if (process.env['WASTEX_FAULTS'] === 'all') {
        const count = await everyFault(async (fault) => {
          await leavesNothingHalf(fault)
          console.log(`${fault.operation} ${fault.nth} ${fault.code}: nothing is lost`)
        })
        console.log(`${count} faults in a training; lost: 0`)
      } else for (const fault of some) expect(await withFault(fault, () => leavesNothingHalf(fault))).toBe(true)
      await whileFull(() => leavesNothingHalf({ code: 'ENOSPC' }))
      expect(await readCheckpoint(job.checkpoints.own)).toMatchObject({ adamStep: expect.any(Number) })
      const result = await train()
      const card = await readCard(path.join(hall.config.modelsDir, 'run-7'))
      expect(card.files).toEqual(result.artefacts.filter(({ name }) => name !== 'card.json'))
    },
  )
})

describe('the feature cache', () => {
  it('that finds no room fails the run with what to do, and has no half file', async () => {
    const features = { pooled: Float32Array.of(1, 2), map: new Uint16Array(3) }
    const folder = path.join(hall.folder, 'features')
    const identity = { backbone: 'b', preprocessing: 'p', boundary: 'x', blocks: [] }
    const cache = await FeatureCache.open(folder, identity, { pooled: 2, map: 3 }, 1e6, [])
    await everyFault(async ({ code }) => {
      const written = await cache.write('abc.whole', features).then(
        () => true,
        (error: Error) => {
          expect(error).toMatchObject({ code: code === 'ENOSPC' ? 'STORAGE_FULL' : 'EIO' })
          return false
        },
      )
      expect(await cache.read('abc.whole')).toEqual(written ? features : undefined)
      expect(await filesBelow(folder)).toHaveLength(written ? 1 : 0)
      await rm(folder, { recursive: true, force: true })
    })
  })
})
