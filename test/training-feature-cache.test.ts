import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { FeatureCache, type FeatureIdentity, type Features } from '../src/training/features/feature-cache.js'

const identity: FeatureIdentity = { backbone: 'b', preprocessing: 'p', boundary: 'mixed8', blocks: ['mixed8'] }
const sizes = { pooled: 3, map: 5 }
const bytesPerView = 4 + 3 * 4 + (4 + 5 * 2)
const roots: string[] = []
let root = ''

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'wastex-cache-'))
  roots.push(root)
})
afterAll(async () => {
  for (const folder of roots) await rm(folder, { recursive: true, force: true })
})

const features = (n: number): Features => ({
  pooled: Float32Array.of(n, n + 0.5, -n),
  map: Uint16Array.of(n, 1, 2, 3, 0xffff),
})
const open = (budget: number, wanted: string[] = [], other: Partial<FeatureIdentity> = {}) =>
  FeatureCache.open(root, { ...identity, ...other }, sizes, budget, wanted)
const filesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
const fileOf = async (key: string) => {
  const file = (await filesIn(root)).find((one) => path.basename(one) === key)
  return file ?? expect.fail(`${key} is not in the cache`)
}

describe('the feature cache', () => {
  it('gives back what it was given, also to the next run', async () => {
    const cache = await open(1_000)
    expect(await cache.has('aa1')).toBe(false)
    expect(await cache.read('aa1')).toBeUndefined()
    expect(await cache.write('aa1', features(1))).toBe(true)
    const later = await open(1_000, ['aa1'])
    expect(await later.has('aa1')).toBe(true)
    expect(await later.read('aa1')).toEqual(features(1))
    expect(await later.readPooled('aa1')).toEqual(features(1).pooled)
    expect(await later.readPooled('bb2')).toBeUndefined()
  })

  it('has nothing for another backbone, preprocessing, boundary or head', async () => {
    await (await open(1_000)).write('aa1', features(1))
    const others: Partial<FeatureIdentity>[] = [
      { backbone: 'x' },
      { preprocessing: 'x' },
      { boundary: 'mixed7' },
      { blocks: ['mixed8', 'mixed10'] },
    ]
    for (const other of others) expect(await (await open(1_000, [], other)).has('aa1')).toBe(false)
  })

  it('does not believe a file with a flipped byte, whichever', async () => {
    const cache = await open(1_000)
    await cache.write('aa1', features(1))
    const file = await fileOf('aa1')
    const whole = await readFile(file)
    for (let at = 0; at < whole.length; at++) {
      const broken = Buffer.from(whole)
      broken[at] = (broken[at] ?? 0) ^ 0x10
      await writeFile(file, broken)
      expect(await cache.read('aa1')).toBeUndefined()
      // The averages have a checksum of their own: they are believed although the map behind them is not.
      if (at < 4 + 3 * 4) expect(await cache.readPooled('aa1')).toBeUndefined()
      else expect(await cache.readPooled('aa1')).toEqual(features(1).pooled)
    }
  })

  it('does not believe a short file, and takes it anew within its limit', async () => {
    const limit = 2 * bytesPerView
    const cache = await open(limit)
    await cache.write('aa1', features(1))
    await cache.write('bb2', features(2))
    await truncate(await fileOf('bb2'), 7)
    const later = await open(limit, ['aa1', 'bb2'])
    expect(await later.has('bb2')).toBe(false)
    expect(await later.read('bb2')).toBeUndefined()
    expect(await later.write('bb2', features(2))).toBe(true)
    expect(await later.read('bb2')).toEqual(features(2))
    expect(await later.read('aa1')).toEqual(features(1))
  })

  it('mends a broken file although it is full: the space is taken already', async () => {
    const cache = await open(bytesPerView)
    await cache.write('aa1', features(1))
    const file = await fileOf('aa1')
    await writeFile(file, Buffer.alloc(bytesPerView, 1))
    for (let i = 0; i < 3; i++) expect(await cache.write('aa1', features(1))).toBe(true)
    expect(await cache.read('aa1')).toEqual(features(1))
    expect(await cache.write('bb2', features(2))).toBe(false)
  })

  it('never takes more than its limit', async () => {
    const limit = 3 * bytesPerView + 5
    const cache = await open(limit)
    expect(cache.room).toBe(3)
    const taken = await Promise.all([...'abcdef'].map((key) => cache.write(`${key}${key}0`, features(1))))
    expect(taken.filter(Boolean)).toHaveLength(3)
    expect(cache.room).toBe(0)
    const used = await Promise.all((await filesIn(root)).map(async (file) => (await stat(file)).size))
    expect(used.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(limit)
  })

  it('makes room for what a run wants: the oldest goes first, and nothing that it wants', async () => {
    const before = await open(4 * bytesPerView)
    for (const [i, key] of ['old', 'mid', 'new', 'wanted'].entries()) {
      await before.write(key, features(i))
      const day = new Date(2020, 0, key === 'wanted' ? 1 : i + 2)
      await utimes(await fileOf(key), day, day)
    }
    const cache = await open(4 * bytesPerView, ['wanted', 'fresh1', 'fresh2'])
    expect(cache.room).toBe(2)
    expect(await cache.has('old')).toBe(false)
    expect(await cache.has('mid')).toBe(false)
    expect(await cache.has('new')).toBe(true)
    expect(await cache.has('wanted')).toBe(true)
  })

  it('keeps what is older than the run when there is room for both', async () => {
    await (await open(1_000)).write('aa1', features(1))
    expect(await (await open(1_000, ['bb2'])).has('aa1')).toBe(true)
  })

  it('is empty when its folder was deleted, and starts anew', async () => {
    const cache = await open(1_000)
    await cache.write('aa1', features(1))
    await rm(root, { recursive: true })
    expect(await cache.read('aa1')).toBeUndefined()
    expect(await cache.write('aa1', features(1))).toBe(true)
    expect(await cache.read('aa1')).toEqual(features(1))
  })
})
