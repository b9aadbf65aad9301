/**
 * How far chance alone may move the difference of two models: the paired percentile bootstrap (Efron & Tibshirani, An Introduction to
 * the Bootstrap, 1993, chapter 13). Test photos are drawn anew with replacement, each with what both models say of it: what makes a
 * photo hard is the same for both and does not count as chance.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** What two models say of the same N photos, in the classes of the one that is judged. */
export interface Pairs {
  classes: number
  /** [N] */
  truth: ArrayLike<number>
  /** [N]; below 0: none of the classes */
  before: ArrayLike<number>
  after: ArrayLike<number>
  /** [N] cross entropies; NaN for photos that do not count in the loss */
  lossBefore: Float64Array
  lossAfter: Float64Array
}

export interface Interval {
  low: number
  high: number
}
export type PairedMetric = 'accuracy' | 'macroF1' | 'loss' | 'precision' | 'recall'

const share = 0.95
const mostResamples = 2_000
const fewestResamples = 200
/** Of one photo each, in all, 2 s: beyond 20,000 test photos there are fewer resamples, and chance moves little there. */
const mostDraws = 40_000_000
/** The same photos give the same interval. */
const seed = 1

/** @returns of `after - before`, by metric; undefined where too many resamples leave it undefined (a class without photos) */
export function deltaIntervals(pairs: Pairs): Partial<Record<PairedMetric, Interval>> {
  const photos = pairs.truth.length
  if (photos === 0) return {}
  const resamples = Math.min(mostResamples, Math.max(fewestResamples, Math.floor(mostDraws / photos)))
  const random = xoroshiro128plus(seed)
  const deltas: Record<PairedMetric, number[]> = { accuracy: [], macroF1: [], loss: [], precision: [], recall: [] }
  const tally = new Tally(pairs)
  for (let resample = 0; resample < resamples; resample++) {
    tally.clear()
    // The upper bits of 32 random ones: the bias is below photos / 2^32.
    for (let i = 0; i < photos; i++) tally.add(Math.floor(((random.next() >>> 0) / 2 ** 32) * photos))
    const found = tally.deltas()
    for (const metric of Object.keys(deltas) as PairedMetric[]) {
      if (!Number.isNaN(found[metric])) deltas[metric].push(found[metric])
    }
  }
  const defined = Object.entries(deltas).filter(([, values]) => values.length > resamples / 2)
  return Object.fromEntries(defined.map(([metric, values]) => [metric, middleOf(values)]))
}

/** What a resample comes to: sums by class, from which every metric follows (metrics.ts). */
class Tally {
  private readonly support: Int32Array
  private readonly models: { predicted: ArrayLike<number>; hits: Int32Array; named: Int32Array }[]
  private readonly lossDelta: Float64Array
  private lossSum = 0
  private lossPhotos = 0

  constructor(private readonly pairs: Pairs) {
    const { classes, before, after, lossBefore, lossAfter } = pairs
    this.support = new Int32Array(classes)
    const ofModel = (predicted: ArrayLike<number>) => {
      return { predicted, hits: new Int32Array(classes), named: new Int32Array(classes) }
    }
    this.models = [before, after].map(ofModel)
    this.lossDelta = lossAfter.map((loss, i) => loss - (lossBefore[i] ?? Number.NaN))
  }

  clear(): void {
    for (const sums of [this.support, ...this.models.flatMap(({ hits, named }) => [hits, named])]) sums.fill(0)
    this.lossSum = 0
    this.lossPhotos = 0
  }

  add(photo: number): void {
    const truth = this.pairs.truth[photo] as number
    this.support[truth]!++
    for (const { predicted, hits, named } of this.models) {
      const said = predicted[photo] as number
      if (said >= 0) named[said]!++
      if (said === truth) hits[said]!++
    }
    const loss = this.lossDelta[photo] as number
    if (Number.isNaN(loss)) return
    this.lossSum += loss
    this.lossPhotos++
  }

  /** NaN: undefined for one of the two. */
  deltas(): Record<PairedMetric, number> {
    const [before, after] = this.models.map((model) => this.figures(model)) as [Figures, Figures]
    return {
      accuracy: after.accuracy - before.accuracy,
      macroF1: after.macroF1 - before.macroF1,
      precision: after.precision - before.precision,
      recall: after.recall - before.recall,
      loss: this.lossSum / this.lossPhotos,
    }
  }

  private figures({ hits, named }: { hits: Int32Array; named: Int32Array }): Figures {
    const { support } = this
    const sums = { hits: 0, photos: 0, precision: 0, precise: 0, recall: 0, f1: 0, classes: 0 }
    for (let c = 0; c < support.length; c++) {
      const [own, right, said] = [support[c] as number, hits[c] as number, named[c] as number]
      if (own === 0) continue
      sums.photos += own
      sums.hits += right
      sums.classes++
      sums.recall += right / own
      sums.f1 += (2 * right) / (own + said)
      if (said === 0) continue
      sums.precise++
      sums.precision += right / said
    }
    return {
      accuracy: sums.hits / sums.photos,
      macroF1: sums.f1 / sums.classes,
      precision: sums.precision / sums.precise,
      recall: sums.recall / sums.classes,
    }
  }
}

type Figures = Record<Exclude<PairedMetric, 'loss'>, number>

/** The interval that leaves the same share out on either side. */
function middleOf(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort()
  const out = (1 - share) / 2
  return { low: quantile(sorted, out), high: quantile(sorted, 1 - out) }
}

/** Between two values by how near each is (Hyndman & Fan 1996, type 7). @param sorted ascending */
function quantile(sorted: Float64Array, at: number): number {
  const place = (sorted.length - 1) * at
  const below = Math.floor(place)
  const [low, high] = [sorted[below] as number, sorted[Math.min(below + 1, sorted.length - 1)] as number]
  return low + (high - low) * (place - below)
}
