/** What goes for ever, on request, after its time, or because nothing names it; and what stays. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { inspect } from 'node:util'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { erasePhoto, finishErasing } from '../src/keeping/erase.js'
import { seeToHourly } from '../src/keeping/hourly.js'
import { eraseUnlabelled } from '../src/keeping/retention.js'
import { stripMetadata } from '../src/keeping/strip-metadata.js'
import { sweepUploads } from '../src/keeping/sweep-uploads.js'
import { decode } from '../src/photos/decode.js'
import { contentHash } from '../src/photos/identity.js'
import { keepPhoto, keptPlace, liesAt, photoFile } from '../src/photos/store.js'
import { keepForReview } from '../src/reviews/keep-for-review.js'
import { label } from '../src/reviews/label.js'
import { reject } from '../src/reviews/reject.js'
import { featuresFolder, featuresKey } from '../src/training/features/place.js'
import { createVersion } from '../src/versions/create-version.js'
import { importDataset } from '../src/versions/import-dataset.js'
import { importReport } from '../src/versions/import-report.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { ask, send } from './support/client.js'
import { by } from './support/doer.js'
import { drawnPhoto, writeDataset } from './support/drawn-photo.js'
import { withFault } from './support/faulty-disk.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addRun } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { startServerOf } from './support/training.js'
import { unknownPhoto } from './support/unknown-photo.js'

let hall: TestHall
let server: TestServer
beforeAll(async () => {
  hall = await openTestHall()
  server = await startServerOf(hall)
})
afterAll(async () => {
  await server.close()
  await hall.close()
})

let seed = 7000
const photo = () => drawnPhoto(seed++)
const keep = async (bytes: Buffer) => keepForReview(hall, await unknownPhoto(bytes, 'Anna at home.jpg'))
const rowOf = (bytes: Buffer) =>
  hall.db.photo.findUniqueOrThrow({
    where: { contentHash: contentHash(bytes) },
    include: { image: true, files: true, entries: true },
  })
const fileOf = async (bytes: Buffer) => String(photoFile(hall.config, await rowOf(bytes)))
const erase = async (bytes: Buffer) => erasePhoto(hall, by, (await rowOf(bytes)).id)
const imported = async (name: string, files: Record<string, Buffer>) => {
  const folder = await writeDataset(path.join(hall.folder, name), { ...files, 'other/1.jpg': await photo() })
  const { id } = await importDataset(hall, by, { name, path: folder })
  return { id, folder }
}
const ageBy = (bytes: Buffer, days: number) =>
  hall.db.image.updateMany({
    where: { photo: { contentHash: contentHash(bytes) } },
    data: { createdAt: new Date(Date.now() - days * 86_400_000) },
  })
const keepingFor = (keepUnlabelledDays: number) => ({ ...hall, config: { ...hall.config, keepUnlabelledDays } })
const hoursOld = (file: string, hours = 2) => {
  const then = new Date(Date.now() - hours * 3_600_000)
  return utimes(file, then, then)
}
/** Files as a training leaves them: of the photo itself, of its copy, and of a copy that it had before. */
const addFeatures = async (bytes: Buffer) => {
  const row = await rowOf(bytes)
  for (const key of [row.contentHash, featuresKey(row), `${row.contentHash}.0123456789abcdef`, row.storedHash]) {
    const folder = path.join(featuresFolder(hall.config), 'net', key.slice(0, 2))
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, `${key}.flip`), 'features')
  }
}
const featuresOf = async (bytes: Buffer) => {
  const { contentHash: own, storedHash } = await rowOf(bytes)
  const names = await readdir(featuresFolder(hall.config), { recursive: true }).catch(() => [])
  return names.filter((name) => [own, storedHash].some((hash) => path.basename(name).startsWith(`${hash}.`)))
}

describe('a photo after its time', () => {
  it('goes when it was rejected or nobody has labelled it, and stays when somebody has, or it is young', async () => {
    const [waiting, rejected, labelled, young] = [await photo(), await photo(), await photo(), await photo()]
    for (const bytes of [waiting, young]) await keep(bytes)
    await reject(hall, by, await keep(rejected))
    await label(hall, by, await keep(labelled), 'glass')
    for (const bytes of [waiting, rejected, labelled]) await ageBy(bytes, 31)
    expect(await eraseUnlabelled(hall, new Date())).toBe(0) // by default: never
    expect(await eraseUnlabelled(keepingFor(30), new Date())).toBe(2)
    const left = await Promise.all(
      [waiting, rejected, labelled, young].map(async (own) => existsSync(await fileOf(own))),
    )
    expect(left).toEqual([false, false, true, true])
    const { id } = (await rowOf(rejected)).image ?? expect.fail()
    const trail = { action: 'ERASE_PHOTO', subjectId: id, actor: 'system' }
    expect(await hall.db.auditEntry.count({ where: trail })).toBe(1)
  })

  it('stays when an import has brought the same bytes: a version needs the file that the phone sent', async () => {
    const bytes = await photo()
    await keep(bytes)
    const { id } = await imported('needs', { 'glass/same.jpg': bytes })
    expect((await rowOf(bytes)).root).toBe('uploads')
    await ageBy(bytes, 1)
    await eraseUnlabelled(keepingFor(0), new Date())
    // Not even when nobody knows any more which file it was.
    await hall.db.importedFile.deleteMany({ where: { photo: { contentHash: contentHash(bytes) } } })
    await eraseUnlabelled(keepingFor(0), new Date())
    expect((await rowOf(bytes)).erasedAt).toBeNull()
    const row = (await trainingRows(hall.db, id)).find((one) => one.contentHash === contentHash(bytes))
    expect(await liesAt(hall.config, row ?? expect.fail(), row?.storedHash ?? '')).toBe(true)
  })
})

describe('a photo that is erased', () => {
  interface Erased {
    erasePhoto: { contentHash: string; erasedAt: string | null; image: { id: string; filename: string } | null }
  }
  const ofPeople = (id: string) =>
    send<Erased, object>(
      server.address,
      'mutation ($id: ID!) { erasePhoto(id: $id) { contentHash erasedAt image { id filename } } }',
      { id },
    )

  it('is known by its Image, by an entry of a version, or by the hash of its bytes', async () => {
    const [sent, first, second] = [await photo(), await photo(), await photo()]
    const imageId = btoa(`Image:${await keep(sent)}`)
    const { folder } = await imported('known', { 'glass/Anna.jpg': first, 'glass/Bert.jpg': second })
    for (const name of ['Anna.jpg', 'Bert.jpg']) await rm(path.join(folder, 'glass', name))
    const entryId = btoa(`VersionEntry:${(await rowOf(first)).entries[0]?.id}`)
    const asked = [
      [imageId, sent],
      [entryId, first],
      [contentHash(second), second],
    ] as const
    for (const [id, bytes] of asked) {
      const { data } = await ofPeople(id)
      const image = bytes === sent ? { id: imageId, filename: 'erased' } : null
      expect(data?.erasePhoto).toEqual({ contentHash: contentHash(bytes), erasedAt: expect.any(String), image })
    }
    for (const bytes of [first, second]) expect(inspect(await rowOf(bytes))).not.toMatch(/Anna|Bert/)
    expect(await hall.db.auditEntry.findFirst({ where: { subjectName: contentHash(second) } })).toMatchObject({
      action: 'ERASE_PHOTO',
      subjectType: 'Photo',
      subjectId: String((await rowOf(second)).id),
    })
    expect((await ofPeople('0'.repeat(64))).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
    expect((await ofPeople(btoa('DatasetVersion:1'))).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  it('lies in a dataset folder first of all: its owner deletes the file, and then nothing keeps its name', async () => {
    const [mine, uploaded] = [await photo(), await photo()]
    await keep(uploaded)
    const files = { 'glass/Anna.jpg': mine, 'glass/Anna again.jpg': mine, 'glass/Anna of phone.jpg': uploaded }
    const { id, folder } = await imported('theirs', files)
    for (const bytes of [mine, uploaded]) {
      const { errors } = await ofPeople(contentHash(bytes))
      expect(errors?.[0]).toMatchObject({
        extensions: { code: 'CONFLICT' },
        message: expect.stringMatching(/as glass\/Anna.*Delete it there/),
      })
      expect((await rowOf(bytes)).erasedAt).toBeNull()
    }
    expect(JSON.stringify(await importReport(hall.db, id))).toContain('Anna')
    for (const name of ['Anna.jpg', 'Anna of phone.jpg']) await rm(path.join(folder, 'glass', name))
    expect((await ofPeople(contentHash(mine))).errors?.[0]?.message).toContain('as glass/Anna again.jpg')
    // Another photo under that name is another photo.
    await writeFile(path.join(folder, 'glass', 'Anna again.jpg'), await photo())
    for (const bytes of [mine, uploaded]) {
      await erase(bytes)
      expect(await rowOf(bytes)).toMatchObject({ filename: 'erased', files: [], erasedAt: expect.any(Date) })
    }
    expect((await rowOf(mine)).path).toBe('glass/erased')
    expect(JSON.stringify(await importReport(hall.db, id))).not.toContain('Anna')
    expect((await trainingRows(hall.db, id)).map((row) => row.contentHash)).not.toContain(contentHash(mine))
  })

  it('loses its features first and its file last; whatever the disk refuses is done within the hour', async () => {
    for (let nth = 1; ; nth++) {
      const bytes = await photo()
      await keep(bytes)
      await addFeatures(bytes)
      const file = await fileOf(bytes)
      const fault = { operation: 'remove', nth, code: 'EIO' } as const
      const refused = await withFault(fault, () =>
        erase(bytes).catch(async (error: Error) => {
          expect(error.message).toContain('EIO')
          expect((await rowOf(bytes)).bytesGoneAt).toBeNull()
        }),
      )
      await finishErasing(hall)
      expect([await featuresOf(bytes), existsSync(file)]).toEqual([[], false])
      expect((await rowOf(bytes)).bytesGoneAt).not.toBeNull()
      if (!refused) break
      expect(nth).toBeLessThan(10)
    }
    expect(await finishErasing(hall)).toBe(0) // what is done is not looked at again
  })

  it('is not done with while a training is on that may write of it yet', async () => {
    const bytes = await photo()
    await keep(bytes)
    const { id: versionId } = await imported('trained', { 'glass/1.jpg': await photo() })
    const run = await addRun(hall.db, 'run-on', versionId, { status: 'RUNNING' })
    await erase(bytes)
    await addFeatures(bytes)
    expect((await rowOf(bytes)).bytesGoneAt).toBeNull()
    await hall.db.trainingRun.update({ where: { id: run.id }, data: { status: 'INTERRUPTED' } }) // it was killed
    await finishErasing(hall)
    expect(await featuresOf(bytes)).toEqual([])
    expect((await rowOf(bytes)).bytesGoneAt).not.toBeNull()
  })

  it('by two at once is erased once, as the trail has it', async () => {
    const bytes = await photo()
    const id = await keep(bytes)
    await Promise.all([1, 2, 3, 4].map(() => erase(bytes)))
    expect(await hall.db.auditEntry.count({ where: { subjectId: id, action: 'ERASE_PHOTO' } })).toBe(1)
  })

  it('is not labelled by who waited for that', async () => {
    const bytes = await photo()
    const id = await keep(bytes)
    const labelled = await hall.db.$transaction(async (tx) => {
      await tx.image.update({ where: { id }, data: { reviewed: true } })
      const waits = label(hall, by, id, 'glass').then(
        () => 'labelled',
        (error: { code?: string }) => error.code,
      )
      await vi.waitFor(async () => {
        const [row] = await hall.db.$queryRaw<{ waiting: number }[]>`
          SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
        expect(row?.waiting).toBe(1)
      })
      await tx.photo.update({ where: { contentHash: contentHash(bytes) }, data: { erasedAt: new Date() } })
      return { waits }
    })
    expect(await labelled.waits).toBe('CONFLICT')
    expect((await rowOf(bytes)).image).toMatchObject({ staged: false, assignedLabel: null })
  })

  it('comes into no version, however it came to be staged', async () => {
    const [bytes, beside] = [await photo(), await photo()]
    for (const own of [bytes, beside]) await label(hall, by, await keep(own), 'glass')
    await hall.db.photo.update({ where: { contentHash: contentHash(bytes) }, data: { erasedAt: new Date() } })
    await imported('before', { 'glass/1.jpg': await photo() })
    const { id } = await createVersion(hall, by, { name: 'without', parent: 'before' })
    expect(await hall.db.versionEntry.count({ where: { versionId: id, photoId: (await rowOf(bytes)).id } })).toBe(0)
    expect(await hall.db.versionEntry.count({ where: { versionId: id, photoId: (await rowOf(beside)).id } })).toBe(1)
    await finishErasing(hall)
  })

  it('is left out when it is imported again, as the report says, and stays where it is not', async () => {
    const bytes = await photo()
    await keep(bytes)
    await erase(bytes)
    const { id } = await imported('again', { 'glass/Anna.jpg': bytes, 'glass/2.jpg': await photo() })
    expect((await importReport(hall.db, id))?.findings.refused).toEqual({
      count: 1,
      examples: [{ path: 'glass/Anna.jpg', reason: expect.stringContaining('erased') }],
    })
    expect(await trainingRows(hall.db, id)).toHaveLength(2)
    expect(await rowOf(bytes)).toMatchObject({ root: 'uploads', filename: 'erased', entries: [] })
  })

  it('is not kept when a phone sends it that never had: its Image says so, and is in no queue', async () => {
    const bytes = await photo()
    const { folder } = await imported('phone', { 'glass/1.jpg': bytes })
    await rm(path.join(folder, 'glass/1.jpg'))
    await erase(bytes)
    const id = await keep(bytes)
    expect(await keep(bytes)).toBe(id)
    expect((await rowOf(bytes)).image).toMatchObject({ id, filename: 'erased', reviewed: true, staged: false })
    expect(existsSync(photoFile(hall.config, keptPlace(contentHash(bytes))))).toBe(false)
    const { image } = await ask<{ image: { erasedAt: string | null } }, object>(
      server.address,
      'query ($id: ID!) { image(id: $id) { erasedAt } }',
      { id: btoa(`Image:${id}`) },
    )
    expect(image.erasedAt).not.toBeNull()
  })
})

describe('a photo that is sent', () => {
  it('is kept although it was imported, where its owner has put another in its place', async () => {
    const [bytes, other] = [await photo(), await photo()]
    const { folder } = await imported('replaced', { 'glass/1.jpg': bytes })
    await writeFile(path.join(folder, 'glass/1.jpg'), other)
    await keep(bytes)
    const row = await rowOf(bytes)
    expect(row.root).toBe('uploads')
    expect(await liesAt(hall.config, row, row.storedHash)).toBe(true)
  })

  it('leaves a file without a row where a crash came between: it goes when it is an hour old, and no other', async () => {
    const [lost, fresh, again, named, erased] = await Promise.all([photo(), photo(), photo(), photo(), photo()])
    const facts = await decode(lost)
    const places = await Promise.all([lost, fresh, again].map((bytes) => keepPhoto(hall.config, bytes, facts)))
    const files = places.map((place) => String(photoFile(hall.config, place)))
    for (const bytes of [named, erased]) await keep(bytes)
    files.push(await fileOf(named), await fileOf(erased))
    await erase(erased)
    await writeFile(await fileOf(erased), 'what a crash brought back')
    for (const [i, file] of files.entries()) if (i !== 1) await hoursOld(file)
    await keepPhoto(hall.config, again, facts) // its row comes in a moment
    expect(await sweepUploads(hall)).toBe(2)
    expect(files.map((file) => existsSync(file))).toEqual([false, true, true, true, false])
  })
})

describe('a photo that an earlier WasteX kept as it came', () => {
  it('loses what its phone wrote into it, once; its identity stays', async () => {
    const bytes = await sharp(await photo())
      .withExif({ IFD0: { Make: 'SecretPhone' } })
      .jpeg()
      .toBuffer()
    const id = await keep(bytes)
    const { photoId } = await hall.db.image.findUniqueOrThrow({ where: { id } })
    const before = await fileOf(bytes)
    await writeFile(before, bytes)
    const asItCame = { storedHash: contentHash(bytes), bytes: bytes.length }
    await hall.db.photo.update({ where: { id: photoId }, data: asItCame })

    const run = await addRun(hall.db, 'run-reads', (await imported('read', { 'glass/1.jpg': await photo() })).id, {
      status: 'RUNNING',
    })
    expect(await stripMetadata(hall)).toBe(0) // it reads the files that it was told of
    await hall.db.trainingRun.delete({ where: { id: run.id } })

    // Two servers at once: one of them does it, and the other takes nothing away.
    expect((await Promise.all([stripMetadata(hall), stripMetadata(hall)])).toSorted()).toEqual([0, 1])
    const row = await rowOf(bytes)
    const copy = await readFile(await fileOf(bytes))
    expect(copy.toString('latin1')).not.toContain('SecretPhone')
    expect(row).toMatchObject({ storedHash: contentHash(copy), bytes: copy.length, contentHash: contentHash(bytes) })
    expect(await stripMetadata(hall)).toBe(0)
    // Whoever was told of the old file a moment ago still finds it.
    await hoursOld(await fileOf(bytes))
    expect([await sweepUploads(hall), existsSync(before)]).toEqual([0, true])
    await hoursOld(before)
    expect([await sweepUploads(hall), existsSync(before)]).toEqual([1, false])
    expect((await stat(await fileOf(bytes))).size).toBe(copy.length)
    await erase(bytes)
    expect(existsSync(photoFile(hall.config, row))).toBe(false)
  })

  it('goes together with what came when it is erased before that has gone', async () => {
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'green' } })
      .webp()
      .toBuffer()
    const id = await keep(bytes)
    const { photoId } = await hall.db.image.findUniqueOrThrow({ where: { id } })
    const hash = contentHash(bytes)
    const place = `${hash.slice(0, 2)}/${hash}.webp`
    await writeFile(path.join(hall.config.uploadsDir, place), bytes)
    await hall.db.photo.update({ where: { id: photoId }, data: { path: place, storedHash: hash, bytes: bytes.length } })
    expect(await stripMetadata(hall)).toBe(1)
    await erase(bytes)
    const left = await readdir(path.join(hall.config.uploadsDir, hash.slice(0, 2)))
    expect(left.filter((name) => name.startsWith(hash))).toEqual([])
  })
})

describe('what is seen to hourly', () => {
  afterEach(() => void vi.useRealTimers())

  it('is seen to at once, after an hour, and no more once it is stopped', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const [first, second, third] = [await photo(), await photo(), await photo()]
    const old = async (bytes: Buffer) => {
      await keep(bytes)
      await ageBy(bytes, 31)
    }
    const gone = (bytes: Buffer) => vi.waitFor(async () => expect((await rowOf(bytes)).bytesGoneAt).not.toBeNull())
    await old(first)
    const stop = seeToHourly(keepingFor(30))
    await gone(first)
    await old(second)
    vi.advanceTimersByTime(3_600_000)
    await gone(second)
    await stop()
    expect(vi.getTimerCount()).toBe(0)
    await old(third)
    // Told to stop while it begins, it begins nothing more.
    await seeToHourly(keepingFor(30))()
    expect((await rowOf(third)).erasedAt).toBeNull()
  })
})
