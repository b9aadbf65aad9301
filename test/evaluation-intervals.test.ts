import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it } from 'vitest'
import { compare } from '../src/evaluation/comparison.js'
import { deltaIntervals, type Pairs } from '../src/evaluation/intervals.js'
import { metricsOf } from '../src/evaluation/metrics.js'

const random = xoroshiro128plus(7)
const chance = () => (random.next() >>> 0) / 2 ** 32
const classes = 4

/** @param rights share of photos that each model names rightly; the second keeps what the first has right */
function pairs(photos: number, [first, second]: readonly [number, number]): Pairs {
  const truth = Array.from({ length: photos }, () => Math.floor(chance() * classes))
  const wrong = (label: number) => (label + 1 + Math.floor(chance() * (classes - 1))) % classes
  const luck = truth.map(() => chance())
  const said = (share: number) => truth.map((label, i) => ((luck[i] as number) < share ? label : wrong(label)))
  const losses = (share: number) => Float64Array.from(luck, (own) => (own < share ? 0.1 : 2))
  return {
    classes,
    truth,
    before: said(first),
    after: said(second),
    lossBefore: losses(first),
    lossAfter: losses(second),
  }
}

const delta = ({ truth, before, after }: Pairs) => {
  const right = (said: ArrayLike<number>) => Array.from(truth).filter((label, i) => label === said[i]).length
  return (right(after) - right(before)) / truth.length
}

describe('the interval of a difference', () => {
  it('is nothing at all between a model and itself', () => {
    const same = pairs(300, [0.9, 0.9])
    const intervals = deltaIntervals({ ...same, after: same.before })
    for (const metric of ['accuracy', 'macroF1', 'loss', 'precision', 'recall'] as const)
      expect(intervals[metric]).toEqual({ low: 0, high: 0 })
  })

  it('lies around the difference, and leaves 0 out where a model is better beyond chance', () => {
    const better = pairs(1_000, [0.8, 0.9])
    const { accuracy, macroF1, loss } = deltaIntervals(better)
    expect(accuracy?.low).toBeGreaterThan(0)
    expect(accuracy?.low).toBeLessThan(delta(better))
    expect(accuracy?.high).toBeGreaterThan(delta(better))
    expect(macroF1?.low).toBeGreaterThan(0)
    expect(loss?.high).toBeLessThan(0)
  })

  it('holds 0 where a few photos say nothing', () => {
    const { accuracy } = deltaIntervals(pairs(40, [0.88, 0.9]))
    expect(accuracy?.low).toBeLessThanOrEqual(0)
  })

  it('is the same for the same photos', () => {
    const some = pairs(200, [0.8, 0.85])
    expect(deltaIntervals(some)).toEqual(deltaIntervals(some))
  })

  it('is as wide as the normal approximation of a paired difference, on many photos', () => {
    const many = pairs(5_000, [0.85, 0.88])
    const differences = Array.from(
      many.truth,
      (label, i) => Number(many.after[i] === label) - Number(many.before[i] === label),
    )
    const mean = delta(many)
    const variance = differences.reduce((sum, own) => sum + (own - mean) ** 2, 0) / differences.length
    const half = 1.96 * Math.sqrt(variance / differences.length)
    const { low, high } = deltaIntervals(many).accuracy ?? { low: 0, high: 0 }
    expect(Math.abs(low - (mean - half)) / half).toBeLessThan(0.1)
    expect(Math.abs(high - (mean + half)) / half).toBeLessThan(0.1)
  })

  it('comes of the metrics as the evaluation defines them, class by class', () => {
    // The same draws, each judged by metrics.ts itself: a rare class is missing from some, and is never named in others.
    const truth = [0, 0, 0, 0, 1, 1, 1, 2]
    const before = [0, 0, 1, 0, 1, 1, 0, -1]
    const after = [0, 0, 0, 0, 1, 0, 1, 2]
    const losses = Float64Array.from(truth, () => 1)
    const found = deltaIntervals({ classes: 3, truth, before, after, lossBefore: losses, lossAfter: losses })
    const draws = xoroshiro128plus(1)
    const deltas = { accuracy: [], macroF1: [], precision: [], recall: [] } as Record<string, number[]>
    for (let resample = 0; resample < 2_000; resample++) {
      const drawn = truth.map(() => Math.floor(((draws.next() >>> 0) / 2 ** 32) * truth.length))
      const of = (values: readonly number[]) => drawn.map((photo) => values[photo] as number)
      const [old, young] = [before, after].map((said) => metricsOf(['a', 'b', 'c'], of(truth), of(said), null))
      for (const [metric, values] of Object.entries(deltas)) {
        const [one, other] = [old, young].map((metrics) => metrics?.[metric as 'accuracy'] ?? Number.NaN)
        const difference = (other as number) - (one as number)
        if (!Number.isNaN(difference)) values.push(difference)
      }
    }
    for (const [metric, values] of Object.entries(deltas)) {
      values.sort((a, b) => a - b)
      const { low, high } = found[metric as 'accuracy'] ?? { low: Number.NaN, high: Number.NaN }
      expect(low).toBeGreaterThanOrEqual((values[Math.floor(0.025 * (values.length - 1))] as number) - 1e-9)
      expect(low).toBeLessThanOrEqual((values[Math.ceil(0.025 * (values.length - 1))] as number) + 1e-9)
      expect(high).toBeGreaterThanOrEqual((values[Math.floor(0.975 * (values.length - 1))] as number) - 1e-9)
      expect(high).toBeLessThanOrEqual((values[Math.ceil(0.975 * (values.length - 1))] as number) + 1e-9)
    }
  })

  it('is told with each delta of a comparison', () => {
    const logits = (rows: readonly number[][]) => Float32Array.from(rows.flat())
    const comparison = compare({
      candidate: {
        classLabels: ['a', 'b'],
        logits: logits([
          [2, 0],
          [0, 2],
          [2, 0],
        ]),
        trainingImages: 10,
      },
      baseline: {
        classLabels: ['a', 'b'],
        logits: logits([
          [2, 0],
          [2, 0],
          [2, 0],
        ]),
        trainingImages: 10,
      },
      truth: ['a', 'b', 'a'],
    })
    for (const { delta, low, high } of comparison?.deltas ?? []) {
      expect(low).toBeLessThanOrEqual(delta)
      expect(high).toBeGreaterThanOrEqual(delta)
    }
    expect(comparison?.deltas).toHaveLength(5)
  })
})
