import { describe, expect, it } from 'vitest'
import { compare, type Contender } from '../src/evaluation/comparison.js'
import { mcnemar, mcnemarWorse } from '../src/evaluation/mcnemar.js'
import { lowestDifference } from '../src/evaluation/recommendation.js'

describe('exact McNemar', () => {
  // scipy 1.17.1: binomtest(b, b + c, .5).pvalue and binomtest(c, b + c, .5, alternative='greater').pvalue
  it.each([
    [1, 0, 1, 1],
    [5, 0, 0.0625, 1],
    [0, 10, 0.001953125, 0.0009765625],
    [10, 25, 0.016673847800120715, 0.008336923900060357],
    [3, 12, 0.03515625, 0.017578125],
    [40, 60, 0.05688793364098089, 0.028443966820490444],
    [1000, 1200, 2.1817026407914194e-5, 1.0908513203957097e-5],
    [5000, 5300, 0.003215819673645259, 0.0016079098368226295],
    [100_000, 101_000, 0.02586239243973295, 0.012931196219866475],
    [2500, 2500, 1, 0.5056416137477395],
  ])('of %i fixed and %i broken agrees with scipy', (fixed, broken, twoSided, worse) => {
    expect(mcnemar(fixed, broken) / twoSided).toBeCloseTo(1, 9)
    expect(mcnemarWorse(fixed, broken) / worse).toBeCloseTo(1, 9)
  })

  it('is 1 when the two never differ, and does not care which is which', () => {
    expect(mcnemar(0, 0)).toBe(1)
    for (const [a, b] of [
      [1, 7],
      [30, 31],
      [900, 4],
    ] as const)
      expect(mcnemar(a, b)).toBe(mcnemar(b, a))
  })
})

it('bounds a difference from below as Agresti and Min do', () => {
  // The formula in NumPy: d = (f - b) / (n + 2); d - 1.6449 * sqrt((f + b + 1) - (f - b)^2 / (n + 2)) / (n + 2)
  expect(lowestDifference({ testImages: 400, fixed: 10, broken: 8 })).toBeCloseTo(-0.012855405724814918, 12)
  expect(lowestDifference({ testImages: 100, fixed: 0, broken: 0 })).toBeCloseTo(-0.01612601595050463, 12)
  expect(lowestDifference({ testImages: 1500, fixed: 20, broken: 25 })).toBeCloseTo(-0.010754941129670258, 12)
})

const known = ['box', 'can']
/** A model that names photo i `answers[i]`, quite sure of itself. */
const model = (
  answers: readonly string[],
  classLabels: readonly string[] = known,
  trainingImages = 100,
): Contender => ({
  classLabels,
  logits: Float32Array.from(answers.flatMap((answer) => classLabels.map((label) => (label === answer ? 3 : 0)))),
  trainingImages,
})
/** Truth: half boxes, half cans. */
const half = (n: number) => Array.from({ length: n }, (_, i) => (i < n / 2 ? 'box' : 'can'))
/** Wrong on the given photos. */
const wrongAt = (truth: readonly string[], ...places: number[]) =>
  truth.map((label, i) => (places.includes(i) ? (label === 'box' ? 'can' : 'box') : label))
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

function compared(input: Parameters<typeof compare>[0]) {
  const comparison = compare(input)
  if (!comparison) throw new Error('no comparison')
  expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison)
  return comparison
}

describe('the comparison with the model that serves', () => {
  it('is null when nothing serves yet', () => {
    expect(compare({ candidate: model(half(40)), baseline: null, truth: half(40) })).toBeNull()
  })

  it('recommends to promote what is better beyond chance, and gives the figures', () => {
    const truth = half(100)
    const comparison = compared({
      candidate: model(truth),
      baseline: model(wrongAt(truth, ...range(0, 10))),
      truth,
      leftOut: 7,
    })
    expect(comparison.recommendation).toBe('PROMOTE')
    expect(comparison).toMatchObject({
      testImages: 100,
      discordant: { fixed: 10, broken: 0 },
      shared: null,
      newClasses: [],
    })
    expect(comparison.pValue).toBeCloseTo(0.001953125, 12)
    expect(comparison.deltas.find((d) => d.metric === 'accuracy')).toMatchObject({ baseline: 0.9, candidate: 1 })
    expect(comparison.deltas.map((d) => d.metric)).toEqual(['accuracy', 'macroF1', 'loss', 'precision', 'recall'])
    expect(comparison.deltas.find((d) => d.metric === 'loss')?.delta).toBeLessThan(0)
    expect(comparison.reasons).toEqual([
      'On 100 test photos it is 10.0 points more accurate: 10 fixed, 0 broken (exact McNemar, p = 0.002).',
      '7 photos of the test split left out: the older model was trained on them.',
      'It is better, and chance does not explain it.',
    ])
  })

  it('says which classes count for neither model, and calls no class known that a model was never shown', () => {
    const truth = half(100)
    const untrainable = { classLabels: ['jar', 'paper'], testImages: 3 }
    const { reasons, newClasses, recommendation, shared } = compared({
      candidate: model(truth),
      // As release 0.1.0 trained: it has logits for classes that had no training photo.
      baseline: { ...model(wrongAt(truth, 0), ['box', 'can', 'jar', 'tin']), knows: ['box'] },
      truth,
      untrainable,
    })
    expect(reasons[1]).toBe(
      'It does not know “jar”, “paper”, because the version has no training photo of these classes; 3 photos of the test split left out for that.',
    )
    expect(newClasses).toEqual(['can'])
    expect(shared?.testImages).toBe(50)
    expect(reasons.join()).not.toContain('no longer knows')
    expect(recommendation).toBe('PROMOTE')
  })

  it('recommends to keep the older one when the new one is worse beyond chance, however much it learned from', () => {
    const truth = half(100)
    const candidate = model(wrongAt(truth, ...range(0, 10)), known, 900)
    expect(compared({ candidate, baseline: model(truth), truth }).recommendation).toBe('KEEP')
  })

  it('does not take a difference for better that chance explains', () => {
    const truth = half(100)
    const candidate = model(wrongAt(truth, 1, 2))
    const baseline = model(wrongAt(truth, 1, 2, 60, 61, 62))
    const { recommendation, pValue } = compared({ candidate, baseline, truth })
    expect(pValue).toBeCloseTo(0.25, 12)
    expect(recommendation).toBe('KEEP')
  })

  it('lets one that learned from more photos take over when it is not worse by more than is tolerated', () => {
    const truth = half(400)
    const baseline = model(wrongAt(truth, 1, 2, 3, 4))
    const even = compared({ candidate: model(wrongAt(truth, 5, 6, 7, 8), known, 150), baseline, truth })
    expect(even.recommendation).toBe('PROMOTE')
    expect(even.reasons.at(-1)).toBe(
      'It learned from 50 photos more, and is at worst 1.2 points less accurate (95 % sure; 3.0 points are tolerated).',
    )
    const doubtful = compared({ candidate: model(wrongAt(truth, ...range(100, 112)), known, 150), baseline, truth })
    expect(doubtful.pValue).toBeGreaterThan(0.05)
    expect(doubtful.recommendation).toBe('REVIEW')
  })

  it('asks a person when there are too few photos to judge by, even without any', () => {
    const truth = half(20)
    const few = compared({ candidate: model(truth), baseline: model(wrongAt(truth, ...range(0, 20))), truth })
    expect(few.recommendation).toBe('REVIEW')
    expect(compared({ candidate: model([]), baseline: model([]), truth: [] })).toMatchObject({
      testImages: 0,
      deltas: [],
      pValue: 1,
      recommendation: 'REVIEW',
    })
  })

  it('asks a person when the average rises and a class falls', () => {
    const truth = [...half(400), ...Array<string>(20).fill('jar')]
    const all = [...known, 'jar']
    const older = model([...wrongAt(half(400), ...range(0, 30)), ...Array<string>(20).fill('jar')], all)
    const newer = model([...half(400), ...Array<string>(12).fill('jar'), ...Array<string>(8).fill('can')], all, 150)
    const comparison = compared({ candidate: newer, baseline: older, truth })
    expect(comparison.deltas[0]?.delta).toBeGreaterThan(0)
    expect(comparison.recommendation).toBe('REVIEW')
    expect(comparison.reasons).toContain('“jar”: recall fell from 100.0 % to 60.0 % on 20 photos.')
  })

  it('compares on the shared classes too when the new one knows more, whatever the order of the logits', () => {
    const truth = [...half(400), ...Array<string>(15).fill('jar')]
    const olderAnswers = [...wrongAt(half(400), 1, 2), ...Array<string>(15).fill('can')]
    const newerAnswers = [...wrongAt(half(400), 3, 4), ...Array<string>(15).fill('jar')]
    const one = compared({
      candidate: model(newerAnswers, ['box', 'can', 'jar']),
      baseline: model(olderAnswers),
      truth,
    })
    expect(one).toMatchObject({
      newClasses: ['jar'],
      discordant: { fixed: 17, broken: 2 },
      shared: { testImages: 400, fixed: 2, broken: 2, pValue: 1 },
      recommendation: 'PROMOTE',
    })
    expect(one.reasons).toContain('It also knows “jar”; the older model cannot be right on their 15 photos.')
    expect(one.reasons.join()).not.toContain('So few')
    const few = compared({
      candidate: model(newerAnswers.slice(0, -6), ['box', 'can', 'jar']),
      baseline: model(olderAnswers.slice(0, -6)),
      truth: truth.slice(0, -6),
    })
    expect(few.reasons).toContain('So few do not tell how well it knows “jar”.')
    const other = compared({
      candidate: model(newerAnswers, ['jar', 'can', 'box']),
      baseline: model(olderAnswers, ['can', 'box']),
      truth,
    })
    expect(other).toMatchObject({ discordant: one.discordant, shared: one.shared, reasons: one.reasons })
    other.deltas.forEach((d, i) => expect(d.delta).toBeCloseTo(one.deltas[i]?.delta ?? Number.NaN, 10))
  })

  it('asks a person when more classes are paid for with the old ones, and when a class is lost', () => {
    const truth = [...half(400), ...Array<string>(50).fill('jar')]
    const older = model([...half(400), ...Array<string>(50).fill('can')])
    const newer = model(
      [...wrongAt(half(400), ...range(190, 210)), ...Array<string>(50).fill('jar')],
      ['box', 'can', 'jar'],
    )
    const paid = compared({ candidate: newer, baseline: older, truth })
    expect(paid.discordant).toEqual({ fixed: 50, broken: 20 })
    expect(paid.recommendation).toBe('REVIEW')

    const lost = compared({
      candidate: model(half(400)),
      baseline: model(half(400), [...known, 'jar']),
      truth: half(400),
    })
    expect(lost.recommendation).toBe('REVIEW')
    expect(lost.reasons.at(-1)).toBe('It no longer knows “jar”.')
  })
})
