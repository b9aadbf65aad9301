import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it } from 'vitest'
import { standardise } from '../src/model/standardisation.js'
import { loadTensorFlow } from '../src/model/network/tensorflow.js'
import { fitNovelty as fit, leftOutNovelty, noveltyOf as distances } from '../src/training/novelty.js'

const tf = loadTensorFlow()
const fitNovelty = (rows: Float32Array, width: number) => fit(tf, rows, width)
const noveltyOf = (fitted: Parameters<typeof distances>[1], rows: Float32Array) => distances(tf, fitted, rows)

/** Photos in a plane of a space of six dimensions, and what is beside the plane. */
function inPlane(photos: number, off = 0): Float32Array {
  const rows = new Float32Array(photos * 6)
  for (let row = 0; row < photos; row++) {
    const [a, b] = [Math.sin(row * 1.7) * 3, Math.cos(row * 2.3)]
    rows.set([a, b, a + b, a - b, 2 * a, off + 5], row * 6)
  }
  return rows
}

describe('novelty', () => {
  const known = inPlane(40)
  const fitted = fitNovelty(known, 6)
  if (!fitted) throw new Error('nothing to fit')

  it('is nothing for what lies where the training photos lie', () => {
    expect(Math.max(...noveltyOf(fitted, inPlane(90).subarray(6 * 40)))).toBeLessThan(1e-6)
  })

  it('is the squared length of what their main directions leave over', () => {
    // Orthogonal to the plane: a + b and a - b both raised by what neither a nor b explains.
    const beside = known.slice(0, 6)
    beside[2] = (beside[2] ?? 0) + 4
    const z = standardise(beside.slice(), fitted)
    const before = standardise(known.slice(0, 6), fitted)
    const moved = z.map((value, i) => value - (before[i] ?? 0))
    const kept = fitted.directions.length / 6
    const along = Array.from({ length: kept }, (_, k) =>
      moved.reduce((sum, value, i) => sum + value * (fitted.directions[i * kept + k] ?? 0), 0),
    )
    const expected = moved.reduce((sum, x) => sum + x * x, 0) - along.reduce((sum, x) => sum + x * x, 0)
    expect(noveltyOf(fitted, beside)[0]).toBeCloseTo(expected, 3)
    expect(expected).toBeGreaterThan(0.1)
  })

  it('keeps orthonormal directions', () => {
    const kept = fitted.directions.length / 6
    for (let a = 0; a < kept; a++)
      for (let b = 0; b <= a; b++) {
        let dot = 0
        for (let i = 0; i < 6; i++)
          dot += (fitted.directions[i * kept + a] ?? 0) * (fitted.directions[i * kept + b] ?? 0)
        // A direction in which nothing varies is zero.
        expect([0, a === b ? 1 : 0].some((value) => Math.abs(dot - value) < 1e-4)).toBe(true)
      }
  })

  it('finds as many directions as vary', () => {
    // Ten independent ones in a space of twelve, of which none may be lost to an unlucky start.
    const rows = Float32Array.from({ length: 80 * 12 }, (_, i) => (i % 12 < 10 ? Math.sin((i % 12) + (i * i) / 7) : 0))
    const tenDirections = fitNovelty(rows, 12)?.directions ?? new Float32Array()
    const kept = tenDirections.length / 12
    const lengths = Array.from({ length: kept }, (_, k) =>
      Math.hypot(...Array.from({ length: 12 }, (_, i) => tenDirections[i * kept + k] ?? 0)),
    )
    expect(lengths.filter((length) => length > 0.99)).toHaveLength(10)
  })

  it('is the same every time', () => {
    expect(fitNovelty(known, 6)).toEqual(fitted)
  })

  it('of photos that are left out is what it is of others like them, not of those it is fitted on', () => {
    // Random photos: few of them have nothing in common, so their own directions explain them and no others.
    const random = xoroshiro128plus(5)
    const photos = (n: number) => Float32Array.from({ length: n * 60 }, () => random.next() / 2 ** 31)
    const mean = (values: Iterable<number>) => [...values].reduce((sum, value, _, all) => sum + value / all.length, 0)
    const trained = photos(40)
    const own = fitNovelty(trained, 60) ?? expect.fail()
    const leftOut = leftOutNovelty(tf, trained, 60)
    expect(leftOut).toHaveLength(40)
    const ofOthers = mean(noveltyOf(own, photos(200)))
    expect(mean(leftOut) / ofOthers).toBeGreaterThan(0.9)
    expect(mean(leftOut) / ofOthers).toBeLessThan(1.2)
    expect(mean(noveltyOf(own, trained)) / ofOthers).toBeLessThan(0.8)
  })

  it('is not blown up by a feature that happens not to vary in few photos', () => {
    const random = xoroshiro128plus(6)
    const photos = (n: number, last: number) =>
      Float32Array.from({ length: n * 60 }, (_, i) => (i % 60 === 59 ? last : random.next() / 2 ** 31))
    const own = fitNovelty(photos(10, 0.5), 60) ?? expect.fail()
    const [same = 0, other = 0] = [photos(1, 0.5), photos(1, 1)].map((one) => noveltyOf(own, one)[0] ?? 0)
    expect(other / same).toBeLessThan(2)
  })

  it('is null where nothing varies', () => {
    expect(fitNovelty(new Float32Array(0), 4)).toBeNull()
    expect(fitNovelty(new Float32Array(12).fill(2), 4)).toBeNull()
  })

  it('refuses features that are not finite, and shapes that do not fit', () => {
    expect(() => fitNovelty(Float32Array.of(1, Number.NaN), 1)).toThrow('finite')
    expect(() => fitNovelty(new Float32Array(5), 4)).toThrow('5 features')
  })
})
