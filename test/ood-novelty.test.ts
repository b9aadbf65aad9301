import { describe, expect, it } from 'vitest'
import { fitNovelty, noveltyOf, type Novelty } from '../src/predictions/novelty.js'

function* random(seed: number) {
  for (let x = seed; ;) {
    x = (1_664_525 * x + 1_013_904_223) % 2 ** 32
    yield x / 2 ** 32
  }
}
const take = (numbers: Generator<number>, n: number) =>
  Float32Array.from({ length: n }, () => numbers.next().value ?? 0)

function fit(...args: Parameters<typeof fitNovelty>): Novelty {
  const novelty = fitNovelty(...args)
  if (!novelty) throw new Error('nothing to fit')
  return novelty
}

function twelveCorrelated() {
  const features = take(random(11), 48)
  for (let row = 0; row < 12; row++) features[row * 4 + 1] = (features[row * 4 + 1] ?? 0) + 2 * (features[row * 4] ?? 0)
  return { features, labels: Int32Array.from({ length: 12 }, (_, i) => i % 3), dimensions: 4 }
}

describe('novelty', () => {
  it('is the Mahalanobis distance to the nearest class mean, as NumPy computes it', () => {
    // NumPy 2.4.6: S = R.T @ R / N of rows less their class means; S = .9 S + .1 trace(S) / D I; P = inv(S);
    // sqrt(min over classes of (q - m) @ P @ (q - m))
    const asked = Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 0.5, 1.5, 0.5, 0.5, 9, -9, 9, 9)
    const reference = [5.675023223465098, 5.756588183546443, 0.9727465958411681, 115.51048086989658]
    const distances = noveltyOf(fit(twelveCorrelated()), asked)
    reference.forEach((distance, i) => expect((distances[i] ?? 0) / distance).toBeCloseTo(1, 4))
  })

  it('does not depend on how the classes are numbered', () => {
    const training = twelveCorrelated()
    const renumbered = { ...training, labels: training.labels.map((label) => [7, 0, 3][label] ?? 0) }
    const asked = take(random(5), 40)
    const [one, other] = [noveltyOf(fit(training), asked), noveltyOf(fit(renumbered), asked)]
    one.forEach((distance, i) => expect(other[i]).toBeCloseTo(distance, 4))
  })

  it('works with fewer photos than dimensions, and tells what lies elsewhere', () => {
    const [dimensions, photos] = [64, 20]
    const numbers = random(3)
    const novelty = fit({
      features: take(numbers, photos * dimensions),
      labels: Int32Array.from({ length: photos }, (_, i) => i % 2),
      dimensions,
    })
    const known = noveltyOf(novelty, take(numbers, 10 * dimensions))
    const elsewhere = noveltyOf(
      novelty,
      take(numbers, 10 * dimensions).map((x) => x + 1.5),
    )
    expect(Math.min(...elsewhere)).toBeGreaterThan(1.5 * Math.max(...known))
  })

  it('is the same every time', () => {
    expect(fit(twelveCorrelated())).toEqual(fit(twelveCorrelated()))
  })

  it('is null where nothing varies', () => {
    expect(fitNovelty({ features: new Float32Array(0), labels: [], dimensions: 4 })).toBeNull()
    expect(fitNovelty({ features: new Float32Array(12).fill(2), labels: [0, 0, 1], dimensions: 4 })).toBeNull()
  })

  it('refuses features that are not finite, and shapes that do not fit', () => {
    expect(() => fitNovelty({ features: Float32Array.of(1, Number.NaN), labels: [0, 0], dimensions: 1 })).toThrow(
      'finite',
    )
    expect(() => fitNovelty({ features: new Float32Array(5), labels: [0], dimensions: 4 })).toThrow('5 features')
  })

  it('takes seconds at most for 1,280 dimensions and thousands of photos', () => {
    const [dimensions, photos] = [1_280, 4_200]
    const features = take(random(1), photos * dimensions)
    const labels = Int32Array.from({ length: photos }, (_, i) => i % 6)
    const novelty = fit({ features, labels, dimensions })
    expect(noveltyOf(novelty, features.subarray(0, dimensions))[0]).toBeGreaterThan(0)
  }, 25_000)
})
