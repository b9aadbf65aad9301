import { describe, expect, it } from 'vitest'
import { WasteXError } from '../src/errors.js'
import { validDepths } from '../src/model/network/depth.js'
import { recipes, scheduledRate } from '../src/training/recipes.js'
import { settingsFrom, type TrainingInput } from '../src/training/settings.js'

const from = (input: Partial<TrainingInput>) => settingsFrom({ datasetVersion: 'v1', ...input })

function refusal(input: Partial<TrainingInput>): WasteXError {
  try {
    from(input)
  } catch (error) {
    if (error instanceof WasteXError) return error
    throw error
  }
  return expect.fail(`${JSON.stringify(input)} was taken`)
}

describe('what is asked of a training', () => {
  it('is filled in from its recipe, part by part', () => {
    expect(from({})).toMatchObject({ recipe: 'DEFAULT', seed: 1, earlyStopping: true, batchSize: 64 })
    expect(from({ recipe: 'REFERENCE', stage1: { epochs: 3 }, stage2: null })).toMatchObject({
      stage1: { epochs: 3, learningRate: 1e-4 },
      stage2: { epochs: 10, learningRate: 1e-5, layers: 60 },
      batchSize: 32,
    })
    expect(from({ recipe: null, seed: null, earlyStopping: null, batchSize: null, stage1: { epochs: null } })).toEqual(
      from({}),
    )
    expect(from({ earlyStopping: false, stage2: { epochs: 0 } })).toMatchObject({
      earlyStopping: false,
      stage2: { epochs: 0 },
    })
  })

  it.each<[string, Partial<TrainingInput>]>([
    ['input.stage1.epochs', { stage1: { epochs: -1 } }],
    ['input.stage1.epochs', { stage1: { epochs: 1.5 } }],
    ['input.stage1.epochs', { stage1: { epochs: 1_001 } }],
    ['input.stage1.learningRate', { stage1: { learningRate: 0 } }],
    ['input.stage1.learningRate', { stage1: { learningRate: Number.NaN } }],
    ['input.stage2.learningRate', { stage2: { learningRate: 1.01 } }],
    ['input.stage2.epochs', { stage2: { epochs: Infinity } }],
    ['input.stage2.layers', { stage2: { layers: 61 } }],
    ['input.stage2.layers', { stage2: { layers: -1 } }],
    ['input.batchSize', { batchSize: 0 }],
    ['input.batchSize', { batchSize: 513 }],
    ['input.seed', { seed: -1 }],
    ['input.seed', { seed: 2 ** 31 }],
  ])('is refused with the name of the field: %s %j', (field, input) => {
    const error = refusal(input)
    expect(error.code).toBe('BAD_USER_INPUT')
    expect(error.details).toEqual({ field })
  })

  it('hears which depths there are', () => {
    const { message } = refusal({ stage2: { layers: 59 } })
    for (const depth of validDepths) expect(message).toMatch(new RegExp(`\\b${depth}\\b`))
    for (const layers of validDepths) expect(from({ stage2: { layers } }).stage2.layers).toBe(layers)
  })
})

it('a cosine falls from the rate to nothing; a constant rate stays', () => {
  expect(scheduledRate(recipes.DEFAULT, 0.01, 0, 100)).toBeCloseTo(0.01, 10)
  expect(scheduledRate(recipes.DEFAULT, 0.01, 50, 100)).toBeCloseTo(0.005, 10)
  expect(scheduledRate(recipes.DEFAULT, 0.01, 100, 100)).toBeCloseTo(0, 10)
  expect(scheduledRate(recipes.REFERENCE, 0.01, 99, 100)).toBe(0.01)
})
