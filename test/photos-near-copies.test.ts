import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decode } from '../src/photos/decode.js'
import { forEachNearPair, nearCopyGroups } from '../src/photos/near-copies.js'
import { hammingDistance, nearCopyRadius, perceptualHash } from '../src/photos/perceptual-hash.js'
import { drawnPhoto, nearCopyOf } from './support/drawn-photo.js'
import { shared } from './support/shared.js'

const hashOf = async (bytes: Uint8Array) => perceptualHash((await decode(bytes)).pixels)

function randomHashes(count: number, seed: number): string[] {
  const random = xoroshiro128plus(seed)
  return Array.from({ length: count }, () =>
    Array.from({ length: 8 }, () => (random.next() >>> 0).toString(16).padStart(8, '0')).join(''),
  )
}

/** The same hash with `count` of its bits turned over, spread by `stride`. */
function turned(hash: string, count: number, stride: number): string {
  const bytes = Buffer.from(hash, 'hex')
  for (let i = 0; i < count; i++) {
    const bit = (i * stride) % 256
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  }
  return bytes.toString('hex')
}

describe('the search', () => {
  it('finds exactly the pairs that comparing each with each finds, at the radius and one beyond', async () => {
    const random = randomHashes(600, 1)
    const hashes = [
      ...random,
      // Odd strides: no bit is turned twice.
      ...random.slice(0, 200).map((hash, i) => turned(hash, nearCopyRadius - 2 + (i % 5), 2 * i + 1)),
    ]
    const expected = new Set<string>()
    hashes.forEach((a, i) =>
      hashes.slice(i + 1).forEach((b, j) => {
        if (hammingDistance(a, b) <= nearCopyRadius) expected.add(`${i} ${i + 1 + j}`)
      }),
    )
    const found = new Set<string>()
    await forEachNearPair(hashes, (a, b) => found.add(`${a} ${b}`))
    expect(expected.size).toBe(120)
    expect(found).toEqual(expected)
  })

  it('joins copies of copies into one group, named by its first', async () => {
    const [one = '', two = ''] = randomHashes(2, 2)
    const near = turned(one, 30, 1)
    const nearer = turned(near, 60, 1)
    expect(hammingDistance(one, nearer)).toBe(30)
    const far = turned(turned(one, 35, 1), 70, 1)
    expect([...(await nearCopyGroups([two, near, one, far, two]))]).toEqual([0, 1, 1, 1, 0])
  })

  it('has no trouble with thousands of copies of one photo', async () => {
    const groups = await nearCopyGroups(Array.from({ length: 20_000 }, () => 'ab'.repeat(32)))
    expect(new Set(groups)).toEqual(new Set([0]))
  })

  it('lets others have their turn meanwhile', async () => {
    let turns = 0
    const clock = setInterval(() => turns++, 1)
    await nearCopyGroups(randomHashes(5_000, 3))
    clearInterval(clock)
    expect(turns).toBeGreaterThan(10)
  })
})

describe('the hash', () => {
  it('tells pictures of one colour from each other, and knows their copies', async () => {
    const plain = (background: string, width = 40) =>
      sharp({ create: { width, height: 40, channels: 3, background } })
        .png()
        .toBuffer()
    const [red, large, blue] = await Promise.all(
      [plain('#f00'), plain('#f00', 80), plain('#00f')].map(async (it) => hashOf(await it)),
    )
    expect(red).toBe(large)
    expect(hammingDistance(red ?? '', blue ?? '')).toBeGreaterThan(nearCopyRadius)
  })

  it('tells drawings on the same ground from each other', async () => {
    const disc = (x: number, y: number) =>
      sharp({ create: { width: 200, height: 200, channels: 3, background: '#eee' } })
        .composite([
          { input: Buffer.alloc(40 * 40 * 3, 60), raw: { width: 40, height: 40, channels: 3 }, left: x, top: y },
        ])
        .png()
        .toBuffer()
    const distance = hammingDistance(await hashOf(await disc(20, 30)), await hashOf(await disc(120, 100)))
    expect(distance).toBeGreaterThan(nearCopyRadius)
  })

  it('knows a photo again after what messengers do to it', async () => {
    const photo = await drawnPhoto(7, { width: 512, height: 384 })
    const own = await hashOf(photo)
    const copies = [nearCopyOf(photo), sharp(photo).resize(256).jpeg().toBuffer(), sharp(photo).webp().toBuffer()]
    for (const copy of copies)
      expect(hammingDistance(own, await hashOf(await copy))).toBeLessThanOrEqual(nearCopyRadius)
  })
})

const photos = shared('photos') ?? ''
describe.skipIf(!photos)('on real photos (needs ../shared/photos)', () => {
  const glass = () =>
    readdirSync(path.join(photos, 'glass'))
      .sort()
      .map((name) => readFileSync(path.join(photos, 'glass', name)))

  it('keeps copies within the radius and different photos beyond', async () => {
    const originals = await Promise.all(glass().slice(0, 60).map(hashOf))
    const copies = await Promise.all(
      glass()
        .slice(0, 60)
        .map(async (photo) => hashOf(await sharp(photo).resize(256).linear(0.95).jpeg({ quality: 60 }).toBuffer())),
    )
    originals.forEach((hash, i) => expect(hammingDistance(hash, copies[i] ?? '')).toBeLessThanOrEqual(nearCopyRadius))
    expect(new Set(await nearCopyGroups([...originals, ...copies])).size).toBeGreaterThanOrEqual(58)
  })
})
