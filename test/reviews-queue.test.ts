import { readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentHash } from '../src/photos/identity.js'
import { photoFile } from '../src/photos/store.js'
import { keepForReview } from '../src/reviews/keep-for-review.js'
import { label } from '../src/reviews/label.js'
import { labelMany } from '../src/reviews/label-many.js'
import { markReviewed } from '../src/reviews/mark-reviewed.js'
import { reject } from '../src/reviews/reject.js'
import { stagedClasses } from '../src/reviews/staged-classes.js'
import { unlabel } from '../src/reviews/unlabel.js'
import { importDataset } from '../src/versions/import-dataset.js'
import { createVersion } from '../src/versions/create-version.js'
import { drawnPhoto, writeDataset } from './support/drawn-photo.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { unknownPhoto } from './support/unknown-photo.js'
import { by } from './support/doer.js'

let hall: TestHall
beforeAll(async () => {
  hall = await openTestHall()
})
afterAll(() => hall.close())

const filesKept = async () => {
  const entries = await readdir(hall.config.uploadsDir, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}
const keep = async (seed: number, filename?: string) =>
  keepForReview(hall, await unknownPhoto(await drawnPhoto(seed), filename))
const stateOf = (id: string) =>
  hall.db.image.findUniqueOrThrow({
    where: { id },
    select: { reviewed: true, rejected: true, staged: true, assignedLabel: true, addedToDataset: true },
  })
const queued = { reviewed: false, rejected: false, staged: false, assignedLabel: null, addedToDataset: false }
const absent = '0190b5a0-0000-7000-8000-000000000000'

/** What is announced until `stop`, which waits for a marker sent after everything else. */
function announcements() {
  const news = hall.events.subscribe('imageQueued')
  return async () => {
    await hall.db.$executeRaw`SELECT pg_notify('wastex', '["imageQueued",{"id":"end"}]')`
    const ids: string[] = []
    for await (const { id } of news) {
      if (id === 'end') break
      ids.push(id)
    }
    return ids
  }
}

describe('a photo that the network does not know', () => {
  it('is one row, one file and one announcement, though it arrives twenty times at once', async () => {
    const bytes = await drawnPhoto(1)
    const unknown = await unknownPhoto(bytes)
    const before = (await filesKept()).length
    await announcements()()
    const told = announcements()
    const ids = await Promise.all(Array.from({ length: 20 }, () => keepForReview(hall, unknown)))
    expect(new Set(ids).size).toBe(1)
    expect(await told()).toEqual([ids[0]])
    expect(await hall.db.image.count({ where: { photo: { contentHash: contentHash(bytes) } } })).toBe(1)
    expect((await filesKept()).length - before).toBe(1)
    const photo = await hall.db.photo.findUniqueOrThrow({ where: { contentHash: contentHash(bytes) } })
    const kept = await readFile(photoFile(hall.config, photo))
    expect(photo).toMatchObject({ root: 'uploads', width: 96, height: 72, bytes: kept.length })
    expect(photo.storedHash).toBe(contentHash(kept))
  })

  it('remains what an operator made of it, and is not announced again', async () => {
    const id = await keep(2)
    await reject(hall, by, id)
    // Its first announcement may still be on its way.
    await announcements()()
    const told = announcements()
    expect(await keep(2)).toBe(id)
    expect(await told()).toEqual([])
    expect(await stateOf(id)).toEqual({ ...queued, reviewed: true, rejected: true })
  })

  it('that was imported lies where it was imported from, not among the uploads too', async () => {
    const bytes = await drawnPhoto(3)
    const files = { 'a/1.jpg': bytes, 'b/1.jpg': await drawnPhoto(4) }
    const dataset = await writeDataset(path.join(hall.folder, 'imported'), files)
    await importDataset(hall, by, { name: 'imported', path: dataset })
    const before = await filesKept()
    const id = await keepForReview(hall, await unknownPhoto(bytes))
    expect(await filesKept()).toEqual(before)
    const { photo } = await hall.db.image.findUniqueOrThrow({ where: { id }, include: { photo: true } })
    expect(photoFile(hall.config, photo)).toBe(path.join(dataset, 'a/1.jpg'))
  })

  it('that was imported, and whose folder is gone, is kept', async () => {
    const bytes = await drawnPhoto(5)
    const files = { 'a/1.jpg': bytes, 'b/1.jpg': await drawnPhoto(6) }
    const dataset = await writeDataset(path.join(hall.folder, 'gone'), files)
    await importDataset(hall, by, { name: 'gone', path: dataset })
    await rm(dataset, { recursive: true })
    const id = await keepForReview(hall, await unknownPhoto(bytes))
    const { photo } = await hall.db.image.findUniqueOrThrow({ where: { id }, include: { photo: true } })
    expect(photo.root).toBe('uploads')
    expect(contentHash(await readFile(photoFile(hall.config, photo)))).toBe(photo.storedHash)
  })

  it('has a plain file name, whatever the client called it', async () => {
    const id = await keep(7, '../../etc/\u0000pass\nwd.jpg')
    expect((await hall.db.image.findUniqueOrThrow({ where: { id } })).filename).toBe('passwd.jpg')
    const long = await keep(9, `${'x'.repeat(300)}.jpg`)
    const { filename } = await hall.db.image.findUniqueOrThrow({ where: { id: long } })
    expect(filename).toBe(`${'x'.repeat(251)}.jpg`)
    const turned = await keep(90, 'a\u202egpj.\u2066b\u00ad\u3164.jpg')
    expect((await hall.db.image.findUniqueOrThrow({ where: { id: turned } })).filename).toBe('agpj.b.jpg')
    const joined = await keep(91, 'شیشه\u200cها 👩\u200d🔬.jpg')
    expect((await hall.db.image.findUniqueOrThrow({ where: { id: joined } })).filename).toBe(
      'شیشه\u200cها 👩\u200d🔬.jpg',
    )
    const unseen = await keep(92, '\u200f\u200b\ufeff')
    expect((await hall.db.image.findUniqueOrThrow({ where: { id: unseen } })).filename).toMatch(/^[0-9a-f]{64}\.jpg$/)
    const nameless = await keep(8, '')
    expect((await hall.db.image.findUniqueOrThrow({ where: { id: nameless } })).filename).toMatch(/^[0-9a-f]{64}\.jpg$/)
  })

  it('is never looked for outside of its folder', () => {
    for (const place of [
      { root: 'uploads', path: '../x.jpg' },
      { root: '/data/set', path: '/etc/passwd' },
      { root: 'relative', path: 'x.jpg' },
      { root: '/data/set', path: '../set2/x.jpg' },
    ])
      expect(() => photoFile(hall.config, place)).toThrow(/outside/)
  })
})

describe('an operator', () => {
  it('labels, and takes the label back', async () => {
    const id = await keep(10)
    expect(await stateOf(id)).toEqual(queued)
    await label(hall, by, id, 'battery')
    expect(await stateOf(id)).toEqual({ ...queued, reviewed: true, staged: true, assignedLabel: 'battery' })
    await unlabel(hall, by, id)
    expect(await stateOf(id)).toEqual(queued)
  })

  it('rejects what was labelled, labels what was rejected, marks as reviewed', async () => {
    const id = await keep(11)
    await label(hall, by, id, 'battery')
    await reject(hall, by, id)
    expect(await stateOf(id)).toEqual({ ...queued, reviewed: true, rejected: true })
    await label(hall, by, id, 'battery')
    expect(await stateOf(id)).toEqual({ ...queued, reviewed: true, staged: true, assignedLabel: 'battery' })
    await markReviewed(hall, by, id)
    expect(await stateOf(id)).toEqual({ ...queued, reviewed: true })
    await unlabel(hall, by, id)
    expect(await stateOf(id)).toEqual(queued)
  })

  it('introduces a class by naming it, in whatever spelling comes first', async () => {
    const [one, two, three] = [await keep(12), await keep(13), await keep(14)]
    await label(hall, by, one, '  Pré\u0300sident '.normalize('NFD'))
    await label(hall, by, two, 'PRÉ\u0300SIDENT')
    await label(hall, by, three, 'pré\u0300sident')
    const spelling = 'Pré\u0300sident'.normalize('NFC')
    for (const id of [one, two, three]) expect((await stateOf(id)).assignedLabel).toBe(spelling)
    expect(await hall.db.datasetClass.findMany({ where: { name: spelling } })).toMatchObject([{ introducedId: null }])
  })

  it('and others who introduce the same class at once make one', async () => {
    const ids = await Promise.all([20, 21, 22, 23, 24, 25, 26, 27].map((seed) => keep(seed)))
    await Promise.all(ids.map((id, i) => label(hall, by, id, i % 2 ? 'Straße' : 'STRASSE')))
    expect(await hall.db.datasetClass.count({ where: { key: 'strasse' } })).toBe(1)
  })

  it('cannot give names that make no sense', async () => {
    const id = await keep(28)
    const unseen = [
      ...'\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u202e\u2060\u2063\u2067\u2800\u3164\ufe0f\ufffa\u{e0041}',
    ]
    for (const character of unseen)
      await expect(label(hall, by, id, `gl${character}ass`)).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(/“glass” .*U\+[0-9A-F]{4,5}\./),
      })
    // At an end, twice, or after what is no emoji, nothing needs a joiner.
    const misplaced = ['شیشه\u200c', '\u200cشیشه', 'شیشه\u200c\u200cها', '👩\u200d', '1\ufe0f', '🏴\u{e0067}']
    for (const name of ['', '   ', 'a\nb', 'a\u0000', 'x'.repeat(65), '\ud800', ...misplaced])
      await expect(label(hall, by, id, name)).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { field: 'classLabel' },
      })
    await label(hall, by, id, '🗑'.repeat(64))
    // Persian, Hindi, Bengali, Sinhala and Malayalam are spelled with them, and so are emoji.
    const spelled = ['کاغذ\u200cها', 'क\u094d\u200dष', 'র\u200d\u09cdযাপার', 'ශ\u0dca\u200dරී', 'അവന\u0d4d\u200d']
    for (const name of [
      ...spelled,
      '♻\ufe0f',
      '👩🏽\u200d🔬',
      '❤\ufe0f\u200d🔥',
      '1\ufe0f\u20e3',
      '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    ]) {
      await label(hall, by, id, name)
      expect((await stateOf(id)).assignedLabel).toBe(name.normalize('NFC'))
    }
  })

  it('cannot change what is not there', async () => {
    for (const id of [absent, 'no-uuid'])
      for (const change of [unlabel, reject, markReviewed])
        await expect(change(hall, by, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(label(hall, by, absent, 'never')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    // The class of a label that was not given is not introduced.
    expect(await hall.db.datasetClass.count({ where: { key: 'never' } })).toBe(0)
  })

  it('labels many, or none of them', async () => {
    const ids = [await keep(30), await keep(31), await keep(32)]
    await labelMany(hall, by, ids, 'glass')
    for (const id of ids) expect((await stateOf(id)).assignedLabel).toBe('glass')
    await expect(labelMany(hall, by, [...ids, absent], 'metal')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (const id of ids) expect((await stateOf(id)).assignedLabel).toBe('glass')
    // Two operators, the same photos in another order: one after the other, and never half of each.
    await Promise.all([labelMany(hall, by, ids, 'paper'), labelMany(hall, by, ids.toReversed(), 'metal')])
    expect(new Set(await Promise.all(ids.map(async (id) => (await stateOf(id)).assignedLabel))).size).toBe(1)
  })

  it('is told what is staged, by label, most first', async () => {
    const before = new Map((await stagedClasses(hall.db)).map(({ classLabel, count }) => [classLabel, count]))
    await labelMany(hall, by, [await keep(40), await keep(41), await keep(42)], 'cork')
    await label(hall, by, await keep(43), 'glass')
    await reject(hall, by, await keep(44))
    const staged = await stagedClasses(hall.db)
    expect(staged).toContainEqual({ classLabel: 'cork', count: 3, relabelled: 0, confirmed: 0 })
    expect(staged).toContainEqual(
      expect.objectContaining({ classLabel: 'glass', count: (before.get('glass') ?? 0) + 1 }),
    )
    expect(staged.map(({ count }) => count)).toEqual(staged.map(({ count }) => count).toSorted((a, b) => b - a))
    expect(staged.reduce((sum, { count }) => sum + count, 0)).toBe(
      await hall.db.image.count({ where: { staged: true } }),
    )
  })

  it('cannot change what is in a version', async () => {
    const [first, second] = [await keep(33), await keep(34)]
    await label(hall, by, first, 'glass')
    await createVersion(hall, by, { name: 'with it', parent: 'imported' })
    const before = await stateOf(first)
    expect(before).toMatchObject({ addedToDataset: true, staged: false, assignedLabel: 'glass' })
    for (const change of [
      () => label(hall, by, first, 'metal'),
      () => unlabel(hall, by, first),
      () => reject(hall, by, first),
      () => markReviewed(hall, by, first),
      () => labelMany(hall, by, [second, first], 'metal'),
    ])
      await expect(change()).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('with it') })
    expect(await stateOf(first)).toEqual(before)
    expect(await stateOf(second)).toEqual(queued)
    expect(await keep(33)).toBe(first)
  })
})
