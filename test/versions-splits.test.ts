import { describe, expect, it } from 'vitest'
import type { Split } from '../src/db.js'
import { contentHash } from '../src/photos/identity.js'
import { assignSplits, type PhotoToSplit, splitOfContent } from '../src/versions/splits.js'

const photo = (name: string, group: number, classLabel = 'a', given?: Split): PhotoToSplit => ({
  contentHash: contentHash(Buffer.from(name)),
  classLabel,
  group,
  given,
})
const single = (count: number, classLabel: string) =>
  Array.from({ length: count }, (_, i) => photo(`${classLabel} ${i}`, i, classLabel))
const countOf = (splits: readonly Split[]) => (wanted: Split) => splits.filter((split) => split === wanted).length
const splitsOfClass = (photos: readonly PhotoToSplit[], splits: readonly Split[], classLabel: string) =>
  new Set(splits.filter((_, i) => photos[i]?.classLabel === classLabel))

describe('a split', () => {
  it('follows from the content alone: 70, 15 and 15 %', () => {
    const count = countOf(assignSplits(single(10_000, 'a')))
    expect(Math.abs(count('TRAIN') - 7_000)).toBeLessThan(150)
    expect(Math.abs(count('VAL') - 1_500)).toBeLessThan(120)
    expect(Math.abs(count('TEST') - 1_500)).toBeLessThan(120)
  })

  it('does not depend on the order of files', () => {
    const photos = [...single(40, 'a'), ...single(4, 'b').map((one) => ({ ...one, group: 100 + one.group }))]
    const splits = assignSplits(photos)
    const turned = photos.map((_, i) => (i * 17) % photos.length)
    expect(assignSplits(turned.flatMap((i) => photos[i] ?? []))).toEqual(turned.map((i) => splits[i]))
  })

  it('is the same for all near copies of a group', () => {
    const photos = Array.from({ length: 600 }, (_, i) => photo(`p${i}`, Math.floor(i / 3), i % 2 ? 'a' : 'b'))
    const splits = assignSplits(photos)
    for (let i = 0; i < splits.length; i += 3) expect(new Set(splits.slice(i, i + 3)).size).toBe(1)
  })

  it('is not lost for a class of three photos or more: it has one in each', () => {
    for (let run = 0; run < 200; run++) {
      const photos = [3, 4, 5, 8].flatMap((count, kind) =>
        Array.from({ length: count }, (_, i) => photo(`run ${run} ${kind} ${i}`, kind * 10 + i, `class ${kind}`)),
      )
      const splits = assignSplits(photos)
      for (const kind of [0, 1, 2, 3]) expect(splitsOfClass(photos, splits, `class ${kind}`).size).toBe(3)
    }
  })

  it('of a class with fewer photos is that of their content', () => {
    const photos = single(2, 'few')
    expect(assignSplits(photos)).toEqual(photos.map((one) => splitOfContent(one.contentHash)))
  })

  it('is shared where all photos of a class are near copies: leaking is worse than an untested class', () => {
    const photos = Array.from({ length: 5 }, (_, i) => photo(`copy ${i}`, 1, 'copies'))
    expect(new Set(assignSplits(photos)).size).toBe(1)
  })

  it('of a group that has a near copy in the parent is that one’s', () => {
    for (const given of ['TRAIN', 'VAL', 'TEST'] as const) {
      const photos = [
        photo('x', 1),
        photo('y', 1, 'a', given),
        photo('z', 1),
        ...single(20, 'b').map((one, i) => ({ ...one, group: 50 + i })),
      ]
      expect(assignSplits(photos).slice(0, 3)).toEqual([given, given, given])
    }
  })

  it('that the class lacks in the parent is filled by new photos, and none that it has', () => {
    const lacking = new Map([['a', new Map<Split, number>([['TRAIN', 50]])]])
    const two = assignSplits([photo('n1', 1), photo('n2', 2)], lacking)
    expect(new Set(two)).toEqual(new Set<Split>(['VAL', 'TEST']))
    const whole = new Map([
      [
        'a',
        new Map<Split, number>([
          ['TRAIN', 50],
          ['VAL', 9],
          ['TEST', 9],
        ]),
      ],
    ])
    const news = [photo('n1', 1), photo('n2', 2), photo('n3', 3)]
    expect(assignSplits(news, whole)).toEqual(news.map((one) => splitOfContent(one.contentHash)))
  })
})
