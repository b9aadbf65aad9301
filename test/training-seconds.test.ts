/** The arithmetic of an estimate, by a run whose figures are round. */
import { describe, expect, it } from 'vitest'
import type { Card } from '../src/model/card.js'
import { secondsOf } from '../src/training/seconds-of.js'
import type { Settings } from '../src/training/settings.js'

const settings = (epochs: [head: number, fineTune: number], change: Partial<Settings> = {}): Settings => ({
  recipe: 'DEFAULT',
  stage1: { epochs: epochs[0], learningRate: 1e-3 },
  stage2: { epochs: epochs[1], learningRate: 1e-5, layers: 60 },
  batchSize: 32,
  seed: 1,
  earlyStopping: true,
  ...change,
})

/** 5 s to get ready and 100 views of 50 ms; 10 epochs of 20 allowed in 20 s, 4 of 8 in 40 s; judged on 50 photos in 3 s. */
const measured = {
  card: {
    photos: { train: 200, val: 40, test: 50 },
    features: { views: 100, cached: 0, toCompute: 100, beyondLimit: 0, computed: 100 },
    timings: { loading: 10, evaluating: 1, saving: 1.5, quantising: 0.5 },
  } as Partial<Card> as Card,
  head: { epochs: 10, allowed: 20, seconds: 20 },
  fineTune: { epochs: 4, allowed: 8, seconds: 40 },
  settings: settings([20, 8]),
}
const aView = 0.05
const same = { views: 300, newViews: 100, train: 200, val: 40, test: 50 }

describe('a run that was measured', () => {
  it.each<[what: string, seconds: number, wanted: Settings, size: typeof same]>([
    ['takes as long again', 5 + 5 + 20 + 40 + 3, settings([20, 8]), same],
    ['computes no view that is kept', 5 + 20 + 40 + 3, settings([20, 8]), { ...same, newViews: 0 }],
    ['takes twice as long for twice the epochs', 5 + 5 + 40 + 80 + 3, settings([40, 16]), same],
    ['takes none for a stage that is left out', 5 + 5 + 20 + 3, settings([20, 0]), same],
    ['takes its stages by the training photos', 5 + 5 + 40 + 80 + 3, settings([20, 8]), { ...same, train: 400 }],
    ['is judged by the test photos', 5 + 5 + 20 + 40 + 6, settings([20, 8]), { ...same, test: 100 }],
    [
      'goes through every epoch where it may not stop',
      5 + 5 + 40 + 80 + 3,
      settings([20, 8], { earlyStopping: false }),
      same,
    ],
  ])('%s', (_what, seconds, wanted, size) => {
    expect(secondsOf(measured, aView, wanted, size)).toBeCloseTo(seconds, 6)
  })
})
