import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { foldInto, standardisationOf, standardise } from '../src/model/standardisation.js'
import { loadTensorFlow } from '../src/model/network/tensorflow.js'
import { Adam } from '../src/training/adam.js'
import { trainingViews, viewInEpoch } from '../src/training/examples.js'
import type { TrainingPhoto } from '../src/training/job.js'
import { decodeFloat16 } from '../src/training/features/float16.js'
import { classWeights, crossEntropy, scoreOf, weightedTargets } from '../src/training/loss.js'
import { dropoutMask, shuffled, stream, uniform } from '../src/training/random.js'
import { randomDense, uniform as numbers } from './support/network.js'

const tf = loadTensorFlow()

const variableOf = (values: ArrayLike<number>) => tf.tidy(() => tf.variable(tf.tensor1d(Float32Array.from(values))))

describe('Adam', () => {
  const gradients = [
    [0.5, -2],
    [0.1, 1],
    [-0.3, 0.25],
  ]
  /** Algorithm 1 of Kingma & Ba, line by line in float64: alpha 0.01, betas 0.9 and 0.999, epsilon 1e-7, from [1, -1]. */
  const reference = () => {
    const theta = [1, -1]
    const [m, v] = [
      [0, 0],
      [0, 0],
    ]
    return gradients.map((gradient, t) =>
      theta.map((_, i) => {
        const g = gradient[i] ?? 0
        m[i] = 0.9 * (m[i] ?? 0) + 0.1 * g
        v[i] = 0.999 * (v[i] ?? 0) + 0.001 * g * g
        const [mHat, vHat] = [(m[i] ?? 0) / (1 - 0.9 ** (t + 1)), (v[i] ?? 0) / (1 - 0.999 ** (t + 1))]
        theta[i] = (theta[i] ?? 0) - (0.01 * mHat) / (Math.sqrt(vHat) + 1e-7)
        return theta[i] ?? 0
      }),
    )
  }
  const step = (adam: Adam, gradient: number[] | undefined) =>
    tf.tidy(() => adam.apply([tf.tensor1d(gradient ?? [])], 0.01))

  it('moves as its paper says', () => {
    const variable = variableOf([1, -1])
    const adam = new Adam(tf, [variable])
    const found = gradients.map((gradient) => {
      step(adam, gradient)
      return [...variable.dataSync()]
    })
    reference().forEach((expected, t) => {
      expected.forEach((value, i) => expect(found[t]?.[i]).toBeCloseTo(value, 5))
    })
    // The first step is the rate itself, whatever the gradient: by hand.
    expect(found[0]?.[0]).toBeCloseTo(0.99, 5)
    expect(found[0]?.[1]).toBeCloseTo(-0.99, 5)
    adam.dispose()
    variable.dispose()
  })

  it('goes on from its state to the bit, and leaves no tensor behind', () => {
    const before = tf.memory().numTensors
    const whole = variableOf([1, -1])
    const adam = new Adam(tf, [whole])
    for (const gradient of gradients) step(adam, gradient)

    const first = variableOf([1, -1])
    const early = new Adam(tf, [first])
    step(early, gradients[0])
    const second = variableOf(first.dataSync())
    const late = new Adam(tf, [second])
    late.restore(structuredClone(early.state()))
    step(late, gradients[1])
    step(late, gradients[2])

    expect(second.dataSync()).toEqual(whole.dataSync())
    expect(late.state()).toEqual(adam.state())
    for (const one of [adam, early, late]) one.dispose()
    tf.dispose([whole, first, second])
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses the state of other variables', () => {
    const variable = variableOf([0, 0])
    const adam = new Adam(tf, [variable])
    expect(() => adam.restore({ step: 1, moments: [] })).toThrow('other variables')
    const three = new Float32Array(3)
    expect(() => adam.restore({ step: 1, moments: [{ m: three, v: three }] })).toThrow('another shape')
    adam.dispose()
    variable.dispose()
  })
})

describe('the loss', () => {
  it('weighs uneven classes alike, one on average; a class without photos not at all', () => {
    const labels = [0, 0, 0, 1]
    const weights = classWeights(labels, 3)
    expect([...weights]).toEqual([4 / (2 * 3), 4 / 2, 0].map(Math.fround))
    const mean = labels.reduce((sum, label) => sum + (weights[label] ?? 0), 0) / labels.length
    expect(mean).toBeCloseTo(1, 6)
  })

  it('has smoothed, weighted targets', () => {
    const targets = weightedTargets([1, 0], Float32Array.of(1, 3), 0.1)
    const expected = [3 * 0.05, 3 * 0.95, 0.95, 0.05]
    expected.forEach((value, i) => expect(targets[i]).toBeCloseTo(value, 6))
  })

  it('is the mean cross entropy, and what validation says when nothing is smoothed or weighted', () => {
    const logits = Float32Array.of(2, 0, 0, 1)
    const loss = tf.tidy(
      () =>
        crossEntropy(
          tf,
          tf.tensor2d(logits, [2, 2]),
          tf.tensor2d(weightedTargets([0, 0], Float32Array.of(1, 1), 0), [2, 2]),
        ).dataSync()[0],
    )
    // ln(1 + e^-2) and ln(1 + e^1)
    expect(loss).toBeCloseTo((Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(1))) / 2, 5)
    const score = scoreOf(logits, [0, 0], 0)
    expect(score?.loss).toBeCloseTo(loss ?? Number.NaN, 5)
    expect(score?.accuracy).toBe(0.5)
    expect(scoreOf(new Float32Array(), [], 0)).toBeUndefined()
  })
})

describe('chance', () => {
  const draws = (...purpose: (string | number)[]) => {
    const random = stream(7, ...purpose)
    return Array.from({ length: 64 }, () => uniform(random))
  }

  it('is the same for the same seed and purpose, and another one for every other', () => {
    expect(draws('order', 'HEAD', 3)).toEqual(draws('order', 'HEAD', 3))
    const streams = [
      draws('order', 'HEAD', 3),
      draws('order', 'HEAD', 4),
      draws('order', 'FINE_TUNE', 3),
      draws('view', 3),
    ]
    expect(new Set(streams.flat()).size).toBe(4 * 64)
    expect([...shuffled(50, stream(1, 'order'))].toSorted((a, b) => a - b)).toEqual([...Array(50).keys()])
    expect(shuffled(50, stream(1, 'order'))).not.toEqual(shuffled(50, stream(2, 'order')))
  })

  it('shows each photo in either view half of the time, whatever the others are shown in', () => {
    const epochs = 64
    const photos = 200
    const twoEach = Uint32Array.from({ length: photos + 1 }, (_, photo) => 2 * photo)
    const shown = Array.from({ length: epochs }, (_, epoch) =>
      Array.from({ length: photos }, (__, photo) => viewInEpoch(1, epoch + 1, photo, twoEach) - 2 * photo),
    )
    const share = shown.flat().reduce((sum, view) => sum + view, 0) / (epochs * photos)
    expect(share).toBeGreaterThan(0.48)
    expect(share).toBeLessThan(0.52)
    // Two epochs agree on half of the photos: seven standard deviations are 25 %.
    for (let epoch = 1; epoch < epochs; epoch++) {
      const agreed = shown[epoch]?.filter((view, photo) => view === shown[0]?.[photo]).length ?? 0
      expect(agreed / photos).toBeGreaterThan(0.25)
      expect(agreed / photos).toBeLessThan(0.75)
    }
  })

  it('shows half of the photos mirrored too, the same ones whichever others there are', () => {
    const photos = Array.from({ length: 400 }, (_, i): TrainingPhoto => {
      const contentHash = createHash('sha256').update(String(i)).digest('hex')
      return { file: '', path: '', contentHash, storedHash: contentHash, classLabel: 'glass', split: 'TRAIN' }
    })
    const mirrored = (some: TrainingPhoto[]) =>
      trainingViews({ photos: some, labels: [] }, 'half').views.flatMap(({ photo, view }) =>
        view === 'flip' ? [photo.contentHash] : [],
      )
    const all = mirrored(photos)
    expect(all.length).toBeGreaterThan(150)
    expect(all.length).toBeLessThan(250)
    const later = new Set(photos.slice(100).map(({ contentHash }) => contentHash))
    expect(mirrored(photos.slice(100))).toEqual(all.filter((hash) => later.has(hash)))

    const { views, starts } = trainingViews({ photos, labels: [] }, 'half')
    photos.forEach((photo, i) => {
      const own = views.slice(starts[i], starts[i + 1])
      expect(own.map(({ view }) => view)).toEqual(all.includes(photo.contentHash) ? ['whole', 'flip'] : ['whole'])
      expect(new Set(own.map((shown) => shown.photo))).toEqual(new Set([photo]))
    })
    expect(trainingViews({ photos, labels: [] }, 'none').views).toHaveLength(photos.length)
  })

  it('drops the share that it is asked to, and keeps the mean', () => {
    const mask = dropoutMask(100_000, 0.3, stream(1, 'dropout'))
    const kept = Math.fround(1 / 0.7)
    expect(new Set(mask)).toEqual(new Set([0, kept]))
    expect(mask.filter((value) => value === 0).length / mask.length).toBeCloseTo(0.3, 2)
    expect(mask.reduce((sum, value) => sum + value, 0) / mask.length).toBeCloseTo(1, 1.5)
    expect(dropoutMask(10, 0, stream(1)).every((value) => value === 1)).toBe(true)
  })
})

it('standardisation goes into a dense layer without a change of its logits', () => {
  const [rows, width, units] = [20, 5, 3]
  const next = numbers(3)
  const features = new Float32Array(rows * width).map((_, i) => 10 * (i % width) + next() * (1 + (i % width)))
  const standardisation = standardisationOf(features, width)
  const layer = randomDense(width, units, 4)
  const folded = foldInto(standardisation, layer)
  const logits = (input: Float32Array, { kernel, bias }: typeof layer) =>
    Array.from({ length: rows * units }, (_, at) => {
      const [row, unit] = [Math.floor(at / units), at % units]
      let sum = bias[unit] ?? Number.NaN
      for (let i = 0; i < width; i++) sum += (input[row * width + i] ?? 0) * (kernel[i * units + unit] ?? 0)
      return sum
    })
  const expected = logits(standardise(features.slice(), standardisation), layer)
  logits(features, folded).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 4))
})

describe('half precision', () => {
  const halves = Uint16Array.from({ length: 0x1_0000 }, (_, i) => i)
  const values = new Float32Array(halves.length)
  decodeFloat16(halves, values, 0)

  it('means what IEEE 754 says', () => {
    const known: [number, number][] = [
      [0x0000, 0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x7c00, Infinity],
    ]
    for (const [half, value] of known) expect(values[half]).toBe(value)
    expect(Object.is(values[0x8000], -0)).toBe(true)
  })
})
