/** What the database itself refuses, whoever asks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, isUniqueViolation, type PrismaClient } from '../src/db.js'
import { createTestDatabase, type TestDatabase } from './support/database.js'
import { addVersion } from './support/rows.js'

let database: TestDatabase
let db: PrismaClient

beforeAll(async () => {
  database = await createTestDatabase()
  db = connect(database.url)
})

afterAll(async () => {
  await db.$disconnect()
  await database.drop()
})

const version = (name: string, isActive = false) =>
  db.datasetVersion.create({ data: { name, isActive, totalImages: 0, classCounts: [], splits: [] } })

describe('the database', () => {
  it('lets one version be active, and any number not', async () => {
    await version('a', true)
    await version('b')
    await version('c')
    await expect(version('d', true)).rejects.toSatisfy(isUniqueViolation)
    await db.datasetVersion.updateMany({ where: { isActive: true }, data: { isActive: false } })
    await version('e', true)
  })

  it('lets one training be queued or running, also when forty start at once', async () => {
    const { id: versionId } = await version('trained')
    const start = (n: number) =>
      db.trainingRun.create({
        data: { name: `run ${n}`, versionId, recipe: 'DEFAULT', settings: {}, status: n % 2 ? 'QUEUED' : 'RUNNING' },
      })
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => start(n)))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused).toHaveLength(39)
    expect(refused.every(({ reason }) => isUniqueViolation(reason))).toBe(true)
    await db.trainingRun.updateMany({ data: { status: 'COMPLETED' } })
    await start(41)
  })

  it('lets one run serve', async () => {
    const { id: versionId } = await version('served')
    const serve = (name: string) =>
      db.trainingRun.create({
        data: { name, versionId, recipe: 'DEFAULT', settings: {}, status: 'COMPLETED', isActive: true },
      })
    await serve('serving')
    await expect(serve('serving, too')).rejects.toSatisfy(isUniqueViolation)
  })

  it('refuses to change, delete or empty the entries of a version', async () => {
    const { id: versionId } = await version('kept')
    await db.datasetClass.create({ data: { name: 'glass', key: 'glass' } })
    const file = { root: '/', path: 'a.jpg', filename: 'a.jpg', bytes: 1, width: 1, height: 1 }
    const photo = await db.photo.create({ data: { ...file, contentHash: 'a', storedHash: 'a', perceptualHash: 'b' } })
    await db.versionEntry.create({ data: { versionId, photoId: photo.id, split: 'TRAIN', classLabel: 'glass' } })

    await expect(db.versionEntry.updateMany({ data: { split: 'TEST' } })).rejects.toThrow('never changes: UPDATE')
    await expect(db.versionEntry.deleteMany()).rejects.toThrow('never changes: DELETE')
    await expect(db.$executeRaw`TRUNCATE "VersionEntry"`).rejects.toThrow('never changes: TRUNCATE')
    await expect(db.datasetClass.update({ where: { name: 'glass' }, data: { name: 'metal' } })).rejects.toThrow(
      'UPDATE',
    )
    expect(await db.versionEntry.findMany({ select: { split: true, classLabel: true } })).toEqual([
      { split: 'TRAIN', classLabel: 'glass' },
    ])
  })

  it('refuses what would change a finished version otherwise: an entry more, other counts, another parent', async () => {
    const { id, name } = await addVersion(db, 'sealed', { paper: 3 })
    const photo = await db.photo.findFirstOrThrow({ where: { entries: { none: { versionId: id } } } })
    const entry = { versionId: id, photoId: photo.id, split: 'TRAIN' as const, classLabel: 'paper' }
    await expect(db.versionEntry.create({ data: entry })).rejects.toThrow('never changes: INSERT')
    // Not by way of the transaction that activates it, either.
    const together = db.$transaction(async (tx) => {
      await tx.datasetVersion.update({ where: { id }, data: { notes: 'mine' } })
      await tx.versionEntry.create({ data: entry })
    })
    await expect(together).rejects.toThrow('never changes: INSERT')
    const other = await version('other')
    for (const data of [{ totalImages: 4 }, { classCounts: [] }, { splits: [] }, { parentId: other.id }, { name: 'x' }])
      await expect(db.datasetVersion.update({ where: { id }, data })).rejects.toThrow('never changes: UPDATE')
    await expect(db.datasetVersion.delete({ where: { id } })).rejects.toThrow()
    expect(await db.datasetVersion.findUniqueOrThrow({ where: { name } })).toMatchObject({
      totalImages: 3,
      notes: null,
    })
    expect(await db.versionEntry.count({ where: { versionId: id } })).toBe(3)
  })

  it('lets a whole version go only to who names it, in that transaction alone', async () => {
    const [gone, kept] = [await addVersion(db, 'gone', { paper: 3 }), await addVersion(db, 'stays', { paper: 3 })]
    const remove = (name: number, id: number) =>
      db.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT set_config('wastex.removed_version', ${String(name)}, true)`
        await tx.versionEntry.deleteMany({ where: { versionId: id } })
        await tx.datasetVersion.delete({ where: { id } })
      })
    await expect(remove(gone.id, kept.id)).rejects.toThrow('never changes: DELETE')
    await remove(gone.id, gone.id)
    await expect(db.versionEntry.deleteMany({ where: { versionId: kept.id } })).rejects.toThrow('never changes: DELETE')
  })
})
