import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it } from 'vitest'
import { calibrationError, findTemperature, scaled } from '../src/evaluation/calibration.js'
import { argmax, softmax } from '../src/predictions/ood.js'

const random = xoroshiro128plus(11)
const chance = () => (random.next() >>> 0) / 2 ** 32
const classes = 5

/** Photos whose labels are drawn from softmax(logits): these logits mean what they say. */
function honest(photos: number) {
  const logits = Float32Array.from({ length: photos * classes }, () => 6 * chance() - 3)
  const truth = Array.from({ length: photos }, (_, i) => {
    let left = chance()
    const own = softmax(logits.subarray(i * classes, (i + 1) * classes))
    return Math.max(
      0,
      own.findIndex((share) => (left -= share) < 0),
    )
  })
  return { truth, logits, classes }
}

describe('the temperature', () => {
  it.each([0.4, 1, 2.5])('of logits that were made %d times as large is found on their photos', (factor) => {
    const photos = honest(4_000)
    const found = findTemperature({ ...photos, logits: photos.logits.map((logit) => logit * factor) })
    expect((found ?? 0) / factor).toBeGreaterThan(0.93)
    expect((found ?? 0) / factor).toBeLessThan(1.07)
  })

  it('is not asked of a few photos', () => {
    expect(findTemperature(honest(19))).toBeNull()
  })

  it('changes no class', () => {
    const { logits } = honest(50)
    const own = (all: Float32Array) =>
      Array.from({ length: 50 }, (_, i) => argmax(all.subarray(i * classes, (i + 1) * classes)))
    expect(own(scaled(logits, 3))).toEqual(own(logits))
  })
})

describe('the calibration error', () => {
  it('is near 0 for probabilities that mean what they say, and large for those that boast', () => {
    const photos = honest(6_000)
    expect(calibrationError(photos)).toBeLessThan(0.03)
    const boasting = { ...photos, logits: photos.logits.map((logit) => logit * 4) }
    expect(calibrationError(boasting)).toBeGreaterThan(0.15)
    const temperature = findTemperature(boasting) ?? 1
    expect(calibrationError({ ...photos, logits: scaled(boasting.logits, temperature) })).toBeLessThan(0.03)
  })

  it('is what equation 3 says, on photos that one can count', () => {
    // Two photos at 90 %, one right; two at 60 %, both right: (|1 - 1.8| + |2 - 1.2|) / 4.
    const at = (probability: number) => [Math.log(probability), Math.log(1 - probability)]
    const logits = Float32Array.from([at(0.9), at(0.9), at(0.6), at(0.6)].flat())
    expect(calibrationError({ truth: [0, 1, 0, 0], logits, classes: 2 })).toBeCloseTo(0.4, 6)
    expect(calibrationError({ truth: [], logits: new Float32Array(), classes: 2 })).toBeNull()
  })
})
