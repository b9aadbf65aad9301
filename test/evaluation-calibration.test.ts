import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { beforeEach, describe, expect, it } from 'vitest'
import { calibrationError, findTemperature } from '../src/evaluation/calibration.js'
import { argmax, softmax } from '../src/predictions/ood.js'

let random = xoroshiro128plus(11)
beforeEach(() => {
  random = xoroshiro128plus(11)
})
const chance = () => (random.next() >>> 0) / 2 ** 32
const classes = 5
const rowOf = (logits: Float32Array, i: number) => logits.subarray(i * classes, (i + 1) * classes)

/** Photos whose labels are drawn from softmax(logits): these logits mean what they say. */
function honest(photos: number) {
  const logits = Float32Array.from({ length: photos * classes }, () => 6 * chance() - 3)
  const truth = Array.from({ length: photos }, (_, i) => {
    let left = chance()
    return Math.max(
      0,
      softmax(rowOf(logits, i)).findIndex((share) => (left -= share) < 0),
    )
  })
  return { truth, logits, classes }
}

/** Every photo is named rightly, but for as many of the first ones. */
function rightButFor(wrong: number, photos = 200) {
  const { logits } = honest(photos)
  const named = Array.from({ length: photos }, (_, i) => argmax(rowOf(logits, i)))
  return { truth: named.map((label, i) => (i < wrong ? (label + 1) % classes : label)), logits, classes }
}

describe('the temperature', () => {
  it.each([0.4, 1, 2.5])('of logits that were made %d times as large is found on their photos', (factor) => {
    const photos = honest(4_000)
    const found = findTemperature({ ...photos, logits: photos.logits.map((logit) => logit * factor) })
    expect((found ?? 0) / factor).toBeGreaterThan(0.93)
    expect((found ?? 0) / factor).toBeLessThan(1.07)
  })

  it('is where the cross entropy is least', () => {
    // One photo in four is named wrongly, by the odds of 9 to 1 that it is right: 3 to 1 is honest.
    const logits = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? Math.log(9) : 0))
    const truth = Array.from({ length: 100 }, (_, i) => Number(i % 4 === 0))
    expect(findTemperature({ truth, logits, classes: 2 })).toBeCloseTo(Math.log(9) / Math.log(3), 6)
  })

  it('is not asked of a few photos', () => {
    expect(findTemperature(honest(19))).toBeNull()
    expect(findTemperature(honest(20))).toEqual(expect.any(Number))
  })

  it('is not asked of photos that are all named rightly: it would make the model certain of all it sees', () => {
    expect(findTemperature(rightButFor(0))).toBeNull()
    expect(findTemperature(rightButFor(20))).toBeGreaterThan(0.05)
  })

  it('is not asked of photos that are named worse than by chance, or all alike', () => {
    expect(findTemperature(rightButFor(200))).toBeNull()
    expect(findTemperature({ ...honest(100), logits: new Float32Array(100 * classes) })).toBeNull()
  })

  it('changes no class and no order', () => {
    const { logits } = honest(50)
    const order = (values: ArrayLike<number>) =>
      Array.from({ length: classes }, (_, k) => k).toSorted((a, b) => (values[b] ?? 0) - (values[a] ?? 0))
    for (let i = 0; i < 50; i++)
      for (const temperature of [0.2, 3]) {
        const own = softmax(rowOf(logits, i), temperature)
        expect(order(own)).toEqual(order(rowOf(logits, i)))
        expect(own.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
      }
  })

  it('refuses a logit that is not a number, and a truth that is no class', () => {
    const photos = honest(60)
    expect(() => findTemperature({ ...photos, logits: photos.logits.fill(Number.NaN, 7, 8) })).toThrow('no class')
    expect(() => findTemperature({ ...honest(60), classes: 5, truth: Array<number>(60).fill(5) })).toThrow('no class')
  })
})

describe('the calibration error', () => {
  it('is near 0 for probabilities that mean what they say, and large for those that boast', () => {
    const photos = honest(6_000)
    expect(calibrationError(photos)).toBeLessThan(0.03)
    const boasting = { ...photos, logits: photos.logits.map((logit) => logit * 4) }
    expect(calibrationError(boasting)).toBeGreaterThan(0.15)
    expect(calibrationError(boasting, findTemperature(boasting) ?? 1)).toBeLessThan(0.03)
  })

  it('is what equation 3 says, on photos that one can count', () => {
    // Two photos at 90 %, one right; two at 62 %, both right: (|1 - 1.8| + |2 - 1.24|) / 4.
    const at = (probability: number) => [Math.log(probability), Math.log(1 - probability)]
    const logits = Float32Array.from([at(0.9), at(0.9), at(0.62), at(0.62)].flat())
    expect(calibrationError({ truth: [0, 1, 0, 0], logits, classes: 2 })).toBeCloseTo(0.39, 6)
  })

  it('takes certainty, too, and is null without photos', () => {
    expect(calibrationError({ truth: [0, 1], logits: Float32Array.of(1e4, 0, 1e4, 0), classes: 2 })).toBe(0.5)
    expect(calibrationError({ truth: [], logits: new Float32Array(), classes: 2 })).toBeNull()
  })
})
