import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Split } from '../src/db.js'
import { erasePhoto } from '../src/keeping/erase.js'
import { contentHash } from '../src/photos/identity.js'
import { hammingDistance, nearCopyRadius } from '../src/photos/perceptual-hash.js'
import { keepForReview } from '../src/reviews/keep-for-review.js'
import { label } from '../src/reviews/label.js'
import { stagedClasses } from '../src/reviews/staged-classes.js'
import { labelMany } from '../src/reviews/label-many.js'
import { unlabel } from '../src/reviews/unlabel.js'
import { classSplits, splitsLeft, untrainable } from '../src/versions/class-splits.js'
import { createVersion } from '../src/versions/create-version.js'
import { diffCounts, diffEntries, versionDiff } from '../src/versions/diff.js'
import { importDataset } from '../src/versions/import-dataset.js'
import { setActiveVersion } from '../src/versions/set-active-version.js'
import { splitOfContent } from '../src/versions/splits.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { drawnPhoto, nearCopyOf, writeDataset } from './support/drawn-photo.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { unknownPhoto } from './support/unknown-photo.js'
import { by } from './support/doer.js'

let hall: TestHall
beforeAll(async () => {
  hall = await openTestHall()
  const files = await Promise.all(
    ['glass', 'metal'].flatMap((name, kind) =>
      Array.from({ length: 20 }, async (_, i) => [`${name}/${i}.jpg`, await drawnPhoto(kind * 100 + i)] as const),
    ),
  )
  await importDataset(hall, by, {
    name: 'v1',
    path: await writeDataset(path.join(hall.folder, 'v1'), Object.fromEntries(files)),
  })
})
afterAll(() => hall.close())

let seed = 5000
const keep = async (bytes?: Buffer) => keepForReview(hall, await unknownPhoto(bytes ?? (await drawnPhoto(seed++))))
async function stage(count: number, classLabel: string): Promise<string[]> {
  const ids = await Promise.all(Array.from({ length: count }, () => keep()))
  await labelMany(hall, by, ids, classLabel)
  return ids
}
const version = (name: string) => hall.db.datasetVersion.findUniqueOrThrow({ where: { name } })
const entriesOf = async (name: string) =>
  hall.db.versionEntry.findMany({ where: { version: { name } }, include: { photo: true }, orderBy: { id: 'asc' } })
const active = async () =>
  (await hall.db.datasetVersion.findMany({ where: { isActive: true } })).map(({ name }) => name)

/** A photo and two near copies of it, which by their content go to this split. */
async function burstFor(split: Split): Promise<Buffer[]> {
  for (;;) {
    const original = await drawnPhoto(seed++)
    const burst = [original, await nearCopyOf(original), await nearCopyOf(await nearCopyOf(original))]
    const [smallest = ''] = burst.map(contentHash).sort()
    if (burst.every((one) => splitOfContent(contentHash(one)) === split) || splitOfContent(smallest) === split)
      return burst
  }
}

describe('the next version', () => {
  it('is its parent and what is staged, and no file is touched', async () => {
    const ids = await stage(5, 'battery')
    const filesBefore = await filesOf(hall.folder)
    const { id } = await createVersion(hall, by, { name: 'v2', notes: 'batteries' })
    expect(await filesOf(hall.folder)).toEqual(filesBefore)
    expect(await version('v2')).toMatchObject({
      parentId: (await version('v1')).id,
      totalImages: 45,
      notes: 'batteries',
    })
    expect((await version('v2')).classCounts).toEqual([
      { classLabel: 'battery', count: 5 },
      { classLabel: 'glass', count: 20 },
      { classLabel: 'metal', count: 20 },
    ])
    expect(await active()).toEqual(['v2'])
    const [v1, v2] = [await entriesOf('v1'), await entriesOf('v2')]
    const plain = ({ photoId, split, classLabel, addedAt }: (typeof v1)[number]) => ({
      photoId,
      split,
      classLabel,
      addedAt,
    })
    expect(v2.slice(0, 40).map(plain)).toEqual(v1.map(plain))
    const added = v2.slice(40)
    expect(new Set(added.map((entry) => entry.sourceImageId))).toEqual(new Set(ids))
    // A new class with three photos or more can be trained, validated and tested.
    expect(new Set(added.map((entry) => entry.split)).size).toBe(3)
    const images = await hall.db.image.findMany({ where: { id: { in: ids } } })
    for (const image of images)
      expect(image).toMatchObject({ staged: false, addedToDataset: true, versionId: id, assignedLabel: 'battery' })
    expect(await hall.db.datasetClass.findUniqueOrThrow({ where: { name: 'battery' } })).toMatchObject({
      introducedId: id,
    })
    expect(await hall.db.datasetClass.findUniqueOrThrow({ where: { name: 'glass' } })).toMatchObject({
      introducedId: (await version('v1')).id,
    })
  })

  it('relabels a photo that the parent has, and leaves it on its side', async () => {
    const [before] = await entriesOf('v2')
    if (!before) throw new Error('v2 is empty')
    const image = await keep(await drawnPhoto(0))
    await label(hall, by, image, 'metal')
    // Whoever makes it is told before.
    expect(await stagedClasses(hall.db)).toEqual([{ classLabel: 'metal', count: 1, relabelled: 1, confirmed: 0 }])
    await createVersion(hall, by, { name: 'v3', parent: 'v2' })
    const after = (await entriesOf('v3')).filter((entry) => entry.photoId === before.photoId)
    expect(after).toMatchObject([
      { classLabel: 'metal', split: before.split, sourceImageId: image, addedAt: before.addedAt },
    ])
    expect((await version('v3')).totalImages).toBe(45)
    const difference = await versionDiff(hall.db, 'v2', 'v3')
    expect(await diffCounts(hall.db, difference)).toEqual({ added: 0, removed: 0, relabelled: 1 })
    expect(await diffEntries(hall.db, difference, 'relabelled', { take: 10 })).toEqual([after[0]?.id])
    expect(difference.classCounts).toEqual([
      { classLabel: 'battery', from: 5, to: 5 },
      { classLabel: 'glass', from: 20, to: 19 },
      { classLabel: 'metal', from: 20, to: 21 },
    ])
  })

  it('puts a near copy where its original is', async () => {
    const originals = (await entriesOf('v3')).filter((entry) => entry.sourceImageId === null).slice(0, 12)
    const copies = new Map<string, string>()
    for (const { photo, split } of originals) {
      const original = Number(photo.path.match(/\d+/)?.[0]) + (photo.path.startsWith('metal') ? 100 : 0)
      const id = await keep(await nearCopyOf(await drawnPhoto(original)))
      copies.set(id, split)
      await label(hall, by, id, 'glass')
    }
    await createVersion(hall, by, { name: 'v4' })
    const added = (await entriesOf('v4')).filter((entry) => copies.has(entry.sourceImageId ?? ''))
    expect(added).toHaveLength(12)
    for (const { sourceImageId, split } of added) expect(split).toBe(copies.get(sourceImageId ?? ''))
  })

  it('trains on a burst of photos that alone show a class, and says which classes have no training photo', async () => {
    const untrainableOf = async (name: string) => untrainable(await splitsLeft(hall.db, (await version(name)).id))
    const splitsOf = async (name: string, classLabel: string) =>
      (await entriesOf(name)).filter((entry) => entry.classLabel === classLabel).map(({ split }) => split)
    // By their content they would all be for testing.
    const burst = await burstFor('TEST')
    await labelMany(hall, by, await Promise.all(burst.map(keep)), 'burst')
    // The last one: the first ones have near copies.
    const tested = (await entriesOf('v4')).findLast(({ split, sourceImageId }) => split === 'TEST' && !sourceImageId)
    if (!tested) throw new Error('v4 has no imported test photo')
    const original = Number(tested.photo.path.match(/\d+/)?.[0]) + (tested.photo.path.startsWith('metal') ? 100 : 0)
    // A relabelled test photo is for testing, and so is its near copy.
    await label(hall, by, await keep(await drawnPhoto(original)), 'rare')
    await createVersion(hall, by, { name: 'bursts', parent: 'v4', activate: false })
    expect(await splitsOf('bursts', 'burst')).toEqual(['TRAIN', 'TRAIN', 'TRAIN'])
    expect(await untrainableOf('bursts')).toEqual(['rare'])
    const copy = await keep(await nearCopyOf(await drawnPhoto(original)))
    await label(hall, by, copy, 'rare')
    await createVersion(hall, by, { name: 'copied', parent: 'bursts', activate: false })
    expect(await splitsOf('copied', 'rare')).toEqual(['TEST', 'TEST'])
    expect(await untrainableOf('copied')).toEqual(['rare'])
    const [third] = await burstFor('VAL')
    await label(hall, by, await keep(third), 'rare')
    await createVersion(hall, by, { name: 'learned', parent: 'copied', activate: false })
    expect(await splitsOf('learned', 'rare')).toEqual(['TEST', 'TEST', 'TRAIN'])
    expect(await untrainableOf('learned')).toEqual([])

    // Erased photos count no more: the class needs a first training photo again.
    for (const { photo, classLabel } of await entriesOf('learned'))
      if (classLabel === 'burst') await erasePhoto(hall, by, photo.id)
    expect(await untrainableOf('learned')).toEqual(['burst'])
    // A version of earlier WasteX, that did not keep its counts, says the same.
    await hall.db.$executeRaw`ALTER TABLE "DatasetVersion" DISABLE TRIGGER USER`
    await hall.db.$executeRaw`UPDATE "DatasetVersion" SET "classSplits" = NULL WHERE name = 'learned'`
    await hall.db.$executeRaw`ALTER TABLE "DatasetVersion" ENABLE TRIGGER USER`
    expect(await untrainableOf('learned')).toEqual(['burst'])
    const [again] = await burstFor('TEST')
    await label(hall, by, await keep(again), 'burst')
    await createVersion(hall, by, { name: 'again', parent: 'learned', activate: false })
    expect(await splitsOf('again', 'burst')).toEqual(['TRAIN'])
    expect(await untrainableOf('again')).toEqual([])
  })

  it('is like any other afterwards: nothing in it can change, not even by hand', async () => {
    await expect(hall.db.$executeRaw`UPDATE "VersionEntry" SET "classLabel" = 'metal'`).rejects.toThrow(/never changes/)
    await expect(hall.db.$executeRaw`DELETE FROM "VersionEntry"`).rejects.toThrow(/never changes/)
  })
})

it('finds near copies in the database exactly as far as in memory', async () => {
  const own = '0123456789abcdef'.repeat(4)
  for (const [bits, isNear] of [
    [0, true],
    [nearCopyRadius, true],
    [nearCopyRadius + 1, false],
  ] as const) {
    for (const stride of [1, 5, 19, 37, 101]) {
      const other = Buffer.from(own, 'hex')
      for (let i = 0; i < bits; i++) {
        const bit = (i * stride) % 256
        other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      }
      const hex = other.toString('hex')
      expect(hammingDistance(own, hex)).toBe(bits)
      const [row] = await hall.db.$queryRaw<{ found: boolean; distance: number }[]>`
        SELECT near_distance(${own}, ${hex}) AS distance,
          EXISTS (SELECT FROM near_probes(${own}) AS probe (keys) WHERE near_bands(${hex}) && probe.keys) AS found`
      expect(row?.distance).toBe(bits)
      // One beyond may be a candidate, too; its distance rules it out.
      if (isNear) expect(row?.found).toBe(true)
    }
  }
})

it('is told when it is there, with its classes by split written down', async () => {
  await stage(2, 'battery')
  const news = hall.events.subscribe('versionMade')
  await createVersion(hall, by, { name: 'told' })
  const { id, classSplits: kept } = await version('told')
  expect((await news.next()).value).toEqual({ versionId: id })
  await news.return?.()
  expect(kept).toEqual(await classSplits(hall.db, id))
})

describe('what is refused', () => {
  it('nothing staged, a name twice, a parent that is not there, a name that is none', async () => {
    await expect(createVersion(hall, by, { name: 'empty' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('staged'),
    })
    const [id = ''] = await stage(1, 'glass')
    await expect(createVersion(hall, by, { name: 'v2' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('v2'),
    })
    await expect(createVersion(hall, by, { name: 'x', parent: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(createVersion(hall, by, { name: '' })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field: 'input.name' },
    })
    await expect(setActiveVersion(hall, by, 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await unlabel(hall, by, id)
  })

  it('notes that are too long', async () => {
    const [id = ''] = await stage(1, 'glass')
    const make = (notes: string) => createVersion(hall, by, { name: 'noted', notes, activate: false })
    await expect(make('x'.repeat(10_001))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field: 'input.notes' },
    })
    await unlabel(hall, by, id)
  })

  it('no active version to go on from', async () => {
    await stage(1, 'glass')
    await hall.db.datasetVersion.updateMany({ data: { isActive: false } })
    await expect(createVersion(hall, by, { name: 'orphan' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('active'),
    })
    await createVersion(hall, by, { name: 'named parent', parent: 'v4', activate: false })
    expect(await active()).toEqual([])
    await setActiveVersion(hall, by, 'v4')
    await setActiveVersion(hall, by, 'v4')
    expect(await active()).toEqual(['v4'])
  })

  it('but not the very first one from labelled photos alone', async () => {
    const own = await openTestHall()
    const ids = await Promise.all(
      [1, 2, 3, 4].map(async (one) => keepForReview(own, await unknownPhoto(await drawnPhoto(one)))),
    )
    await labelMany(own, by, ids, 'first')
    const { id } = await createVersion(own, by, { name: 'first' })
    expect(await own.db.datasetVersion.findUniqueOrThrow({ where: { id } })).toMatchObject({
      parentId: null,
      totalImages: 4,
      isActive: true,
    })
    await own.close()
  })
})

describe('at once', () => {
  it('two versions of one name: one is made, the other refused', async () => {
    await stage(2, 'glass')
    const made = await Promise.allSettled([
      createVersion(hall, by, { name: 'race' }),
      createVersion(hall, by, { name: 'race' }),
    ])
    expect(made.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    expect(made.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'CONFLICT' } })
  })

  it('two versions of two names: a photo goes into one', async () => {
    const ids = await stage(6, 'glass')
    const made = await Promise.allSettled([
      createVersion(hall, by, { name: 'twin 1' }),
      createVersion(hall, by, { name: 'twin 2' }),
    ])
    expect(made.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    expect(await hall.db.versionEntry.count({ where: { sourceImageId: { in: ids } } })).toBe(6)
  })

  it('labels that are given or taken back while a version is made are in it wholly or not at all', async () => {
    const parent = (await hall.db.datasetVersion.findFirstOrThrow({ where: { isActive: true } })).name
    const before = (await version(parent)).totalImages
    const steady = await stage(10, 'glass')
    const wavering = await stage(10, 'glass')
    const late = await Promise.all(Array.from({ length: 10 }, () => keep()))
    const outcomes = await Promise.allSettled([
      ...wavering.slice(0, 5).map((id) => unlabel(hall, by, id)),
      ...late.slice(0, 5).map((id) => label(hall, by, id, 'metal')),
      createVersion(hall, by, { name: 'busy' }),
      ...wavering.slice(5).map((id) => unlabel(hall, by, id)),
      ...late.slice(5).map((id) => label(hall, by, id, 'metal')),
    ])
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CONFLICT' })
    const inside = new Set((await entriesOf('busy')).flatMap((entry) => entry.sourceImageId ?? []))
    const images = await hall.db.image.findMany({ where: { id: { in: [...steady, ...wavering, ...late] } } })
    for (const image of images) {
      expect(image.addedToDataset).toBe(inside.has(image.id))
      if (image.addedToDataset) expect(image).toMatchObject({ staged: false, reviewed: true })
      else expect(image.staged).toBe(late.includes(image.id))
    }
    for (const id of steady) expect(inside.has(id)).toBe(true)
    const added = images.filter((image) => image.addedToDataset).length
    expect(await version('busy')).toMatchObject({ totalImages: before + added })
    expect(await hall.db.versionEntry.count({ where: { version: { name: 'busy' } } })).toBe(before + added)
    // What came too late is staged for the next one.
    await labelMany(
      hall,
      by,
      images.filter((image) => !image.addedToDataset).map(({ id }) => id),
      'glass',
    )
    await createVersion(hall, by, { name: 'after busy' })
    expect((await version('after busy')).totalImages).toBe(before + 30)
  })
})

it('sends as many statements for forty photos as for two', async () => {
  const statements = vi.spyOn(pg.Client.prototype, 'query')
  const counts: number[] = []
  for (const count of [2, 40]) {
    await stage(count, 'glass')
    statements.mockClear()
    await createVersion(hall, by, { name: `of ${count}` })
    // What connections ask when they are made, and the pings of the one that listens, come when they come.
    const asked = statements.mock.calls.map(([said]) => JSON.stringify(said))
    counts.push(asked.filter((said) => !/set_config|LISTEN|pg_notify_queue/.test(said)).length)
  }
  statements.mockRestore()
  expect(counts[0]).toBe(counts[1])
  expect(counts[0]).toBeLessThan(30)
})

it('compares any two versions, page by page, forwards and backwards', async () => {
  const difference = await versionDiff(hall.db, 'v1', 'v4')
  const counts = await diffCounts(hall.db, difference)
  expect(counts).toEqual({ added: 17, removed: 0, relabelled: 1 })
  const pages: bigint[] = []
  for (let after: bigint | undefined; ;) {
    const page = await diffEntries(hall.db, difference, 'added', { after, take: 5 })
    pages.push(...page)
    after = page.at(-1)
    if (page.length < 5) break
  }
  const old = new Set((await trainingRows(hall.db, difference.from.id)).map((row) => row.photoId))
  expect(pages).toEqual((await entriesOf('v4')).filter((entry) => !old.has(entry.photoId)).map(({ id }) => id))
  expect(await diffEntries(hall.db, difference, 'added', { before: pages.at(-1), take: 3, backwards: true })).toEqual(
    pages.slice(-4, -1).toReversed(),
  )
  const back = await versionDiff(hall.db, 'v4', 'v1')
  expect(await diffCounts(hall.db, back)).toEqual({ added: 0, removed: 17, relabelled: 1 })
  expect(await diffEntries(hall.db, back, 'removed', { take: 100 })).toEqual(pages)
  await expect(versionDiff(hall.db, 'v1', 'nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('counts what was erased between two versions among what is gone, and nothing else', async () => {
  const parent = await hall.db.datasetVersion.findFirstOrThrow({ where: { isActive: true } })
  const [first, second] = (await entriesOf(parent.name)).filter((entry) => entry.sourceImageId !== null)
  for (const entry of [first, second]) await erasePhoto(hall, by, entry?.photoId ?? 0)
  await stage(1, 'glass')
  const { id } = await createVersion(hall, by, { name: 'without two' })
  const { name, totalImages } = await hall.db.datasetVersion.findUniqueOrThrow({ where: { id } })
  expect(totalImages).toBe(parent.totalImages - 1)
  const difference = await versionDiff(hall.db, parent.name, name)
  expect(await diffCounts(hall.db, difference)).toEqual({ added: 1, removed: 2, relabelled: 0 })
  expect(await diffEntries(hall.db, difference, 'removed', { take: 10 })).toEqual([first?.id, second?.id])
})

/** Every file below, with its size and when it was last written. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  return Promise.all(
    files.sort().map(async (file) => `${file} ${(await stat(file)).size} ${(await stat(file)).mtimeMs}`),
  )
}
