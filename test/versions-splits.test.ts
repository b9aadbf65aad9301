import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
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

  it('is TRAIN for a class of one photo, and for one whose photos are all near copies', () => {
    for (let run = 0; run < 100; run++) {
      expect(assignSplits([photo(`alone ${run}`, 0)])).toEqual(['TRAIN'])
      const burst = [0, 1, 2].map((i) => photo(`burst ${run} ${i}`, 0, i === 2 ? 'b' : 'a'))
      expect(assignSplits(burst)).toEqual(['TRAIN', 'TRAIN', 'TRAIN'])
    }
  })

  it('is TRAIN for at least one of two photos, and that of its content for the other', () => {
    const pairs = Array.from({ length: 200 }, (_, run) => [photo(`${run} x`, 0), photo(`${run} y`, 1)])
    for (const pair of pairs) {
      const splits = assignSplits(pair)
      const byContent = pair.map((one) => splitOfContent(one.contentHash))
      expect(splits).toContain('TRAIN')
      const moved = splits.filter((split, i) => split !== byContent[i])
      expect(moved).toEqual(byContent.includes('TRAIN') ? [] : ['TRAIN'])
    }
  })

  it('is TRAIN first wherever a class may have it, however its near copies lie', () => {
    const random = xoroshiro128plus(7)
    const upTo = (most: number) => uniformInt(random, 0, most)
    const anySplit = () => (['TRAIN', 'VAL', 'TEST'] as const)[upTo(2)]
    for (let run = 0; run < 200; run++) {
      const photos = Array.from({ length: 1 + upTo(14) }, (_, i) =>
        photo(`${run} ${i}`, upTo(6), `class ${upTo(4)}`, upTo(9) === 0 ? anySplit() : undefined),
      )
      const split = anySplit() ?? 'TRAIN'
      const existing = upTo(1) ? new Map([['class 0', new Map([[split, 3]])]]) : undefined
      const splits = assignSplits(photos, existing)
      const turned = photos.map((_, i) => i).sort((a, b) => ((a * 7) % 15) - ((b * 7) % 15))
      expect(
        assignSplits(
          turned.flatMap((i) => photos[i] ?? []),
          existing,
        ),
      ).toEqual(turned.map((i) => splits[i]))
      const given = new Set(photos.flatMap((one) => (one.given ? [one.group] : [])))
      for (const label of new Set(photos.map(({ classLabel }) => classLabel))) {
        const own = photos.flatMap((one, i) => (one.classLabel === label ? [{ ...one, split: splits[i] }] : []))
        const canMove = own.some(({ group }) => !given.has(group))
        const hasBefore = existing?.get(label)?.has('TRAIN') ?? false
        if (canMove || hasBefore) expect(hasBefore || own.some((one) => one.split === 'TRAIN')).toBe(true)
      }
      photos.forEach((one, i) => {
        const first = photos.findIndex(({ group }) => group === one.group)
        expect(splits[i]).toBe(splits[first])
      })
    }
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

  it('is TRAIN first for a class that the parent has for testing alone', () => {
    const tested = new Map([['a', new Map<Split, number>([['TEST', 9]])]])
    for (let run = 0; run < 50; run++) expect(assignSplits([photo(`new ${run}`, 1)], tested)).toEqual(['TRAIN'])
    // Its near copy in the parent decides even then.
    expect(assignSplits([photo('copy', 1, 'a', 'TEST')], tested)).toEqual(['TEST'])
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
