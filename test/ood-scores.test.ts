import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it } from 'vitest'
import { argmax, energy, oodVerdict, referenceThresholds, softmax } from '../src/predictions/ood.js'
import { findThresholds, isRefused, type ValidationScore } from '../src/predictions/thresholds.js'

describe('energy and softmax', () => {
  // scipy 1.17.1: -T * logsumexp(f / T), softmax(f)
  it('agree with scipy', () => {
    expect(energy([1, 2, 3])).toBeCloseTo(-3.40760596444438, 12)
    expect(energy([1, 2, 3], 2)).toBeCloseTo(-4.360539341283469, 12)
    expect([...softmax([1, 2, 3])]).toEqual([0.09003057317038046, 0.24472847105479764, 0.6652409557748218].map(closeTo))
  })

  it('neither overflow nor vanish with logits of 1e4', () => {
    expect(energy([1e4, -1e4, 9999])).toBeCloseTo(-10000.31326168752, 9)
    expect(energy([-1e4, -1e4])).toBeCloseTo(9999.30685281944, 9)
    expect([...softmax([1e4, -1e4])]).toEqual([1, 0])
    const verdict = oodVerdict({ logits: Float32Array.of(1e4, -1e4), novelty: null }, referenceThresholds)
    expect(verdict).toEqual({ energy: -1e4, confidence: 1, reasons: [] })
  })

  it('move with a shift of all logits as they should: energy by it, softmax not at all', () => {
    const logits = [0.3, -2, 5, 1.25]
    const shifted = logits.map((f) => f + 17)
    expect(energy(shifted)).toBeCloseTo(energy(logits) - 17, 10)
    expect([...softmax(shifted)]).toEqual([...softmax(logits)].map(closeTo))
  })

  it('give a tie to the first class', () => {
    expect(argmax([1, 3, 3])).toBe(1)
  })
})

describe('the verdict', () => {
  const limits = { energy: -3, confidence: 0.7, novelty: 10 }

  it('names every reason, and none for a photo exactly on the limits', () => {
    expect(oodVerdict({ logits: [0.1, 0, 0], novelty: 11 }, limits).reasons).toEqual([
      'ENERGY',
      'CONFIDENCE',
      'NOVELTY',
    ])
    expect(oodVerdict({ logits: [9, 0, 0], novelty: 11 }, limits).reasons).toEqual(['NOVELTY'])
    expect(oodVerdict({ logits: [4, 4, 0], novelty: 1 }, limits).reasons).toEqual(['CONFIDENCE'])
    expect(oodVerdict({ logits: [2.5, -9, -9], novelty: 1 }, limits).reasons).toEqual(['ENERGY'])
    const logits = [2, 1, 0]
    const own = oodVerdict({ logits, novelty: 10 }, limits)
    const onTheLimit = { energy: own.energy, confidence: own.confidence, novelty: 10 }
    expect(oodVerdict({ logits, novelty: 10 }, onTheLimit).reasons).toEqual([])
  })

  it('has no novelty test without a limit or without a distance', () => {
    expect(oodVerdict({ logits: [9, 0], novelty: 1e9 }, { ...limits, novelty: null }).reasons).toEqual([])
    for (const novelty of [null, Number.NaN])
      expect(oodVerdict({ logits: [9, 0], novelty }, limits).reasons).toEqual([])
  })
})

describe('thresholds of a run', () => {
  /** Scores that are anything but independent or normal. */
  const scores = (n: number, seed: number): ValidationScore[] => {
    let x = seed
    const random = () => (x = (1_664_525 * x + 1_013_904_223) % 2 ** 32) / 2 ** 32
    return Array.from({ length: n }, () => {
      const doubt = random() ** 3
      const correct = random() > 0.1
      return {
        energy: -12 + 10 * doubt,
        confidence: 1 - 0.7 * doubt * random(),
        novelty: 20 + 30 * random() ** 4,
        correct,
      }
    })
  }

  it.each([24, 31, 57, 100, 400, 3000])(
    'together keep 95 % of the correctly named of %i photos, and not many more',
    (n) => {
      const validation = scores(n, n)
      const limits = findThresholds(validation)
      const correct = validation.filter((row) => row.correct)
      const kept = correct.filter((row) => !isRefused(row, limits)).length / correct.length
      expect(kept).toBeGreaterThanOrEqual(0.95)
      if (n >= 100) expect(kept).toBeLessThan(0.95 + 3 / correct.length + 1e-9)
      for (const limit of Object.values(limits)) expect(limit).toSatisfy(Number.isFinite)
    },
  )

  it('do not heed photos that were named wrongly', () => {
    const validation = scores(300, 5)
    const wrong = { energy: 1e6, confidence: 0, novelty: 1e6, correct: false }
    expect(findThresholds([...validation, ...Array.from({ length: 500 }, () => wrong)])).toEqual(
      findThresholds(validation),
    )
  })

  it('leave novelty out where it is not measured', () => {
    const validation = scores(200, 3).map((row) => ({ ...row, novelty: null }))
    const limits = findThresholds(validation)
    expect(limits.novelty).toBeNull()
    const correct = validation.filter((row) => row.correct)
    expect(correct.filter((row) => !isRefused(row, limits)).length / correct.length).toBeGreaterThanOrEqual(0.95)
  })

  it('keep everything when all photos score the same', () => {
    const same = Array.from({ length: 50 }, () => ({ energy: -5, confidence: 0.9, novelty: 30, correct: true }))
    expect(same.filter((row) => isRefused(row, findThresholds(same)))).toEqual([])
  })

  it('are the reference constants without photos, and those loosened with only a few', () => {
    expect(findThresholds([])).toEqual(referenceThresholds)
    expect(findThresholds([{ energy: -1, confidence: 0.4, novelty: 3, correct: false }])).toEqual(referenceThresholds)
    const few = scores(15, 9).map((row, i) => ({ ...row, energy: -1 - i, correct: true }))
    const limits = findThresholds(few)
    expect(limits.energy).toBe(-1 + 7) // as far beyond -1 as that lies beyond the median, -8
    expect(limits.confidence).toBe(Math.min(0.7, ...few.map((row) => row.confidence)))
    expect(findThresholds(few.slice(0, 4)).novelty).toBeNull()
  })

  describe('with fewer than 100 correctly classified photos', () => {
    /** exp(3 + z / 4), z standard normal by Box and Muller: what novelty says of photos of one kind. */
    const noveltyOf = (n: number, seed: number) => {
      const random = xoroshiro128plus(seed)
      const uniform = () => ((random.next() >>> 0) + 0.5) / 2 ** 32
      return Array.from({ length: n }, () =>
        Math.exp(3 + (Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())) / 4),
      )
    }

    it.each([3, 19, 31])('set novelty, with %i of them, so that 39 in 40 of the next photos pass', (correct) => {
      const shares = Array.from({ length: 200 }, (_, seed) => {
        const validation = scores(correct, 7).map((row, i) => ({
          ...row,
          novelty: noveltyOf(correct, 1_000 + seed)[i] ?? 0,
          correct: true,
        }))
        const { novelty } = findThresholds(validation, () => noveltyOf(25, seed))
        return noveltyOf(200, 2_000 + seed).filter((one) => one <= (novelty ?? 0)).length / 200
      })
      // With 31 correct ones the limit is no lower than their second highest novelty.
      expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeCloseTo(0.975, 1.7)
    })

    it('have a novelty test with hardly a validation photo', () => {
      const [row] = scores(1, 3).map((one) => ({ ...one, novelty: 20, correct: true }))
      const limits = findThresholds(row ? [row] : [], () => noveltyOf(25, 1))
      expect(limits.novelty).toBeGreaterThan(25)
      expect(limits.novelty).toBeLessThan(50)
    })

    it('refuse a novelty that is not finite', () => {
      expect(() => findThresholds([], () => [1, 2, Number.NaN, 4, 5])).toThrow('not finite')
    })
  })

  it('refuse a score that is not finite', () => {
    expect(() => findThresholds([{ energy: Number.NaN, confidence: 1, novelty: 1, correct: true }])).toThrow(
      'not finite',
    )
  })
})

const closeTo = (value: number) => expect.closeTo(value, 12) as number
