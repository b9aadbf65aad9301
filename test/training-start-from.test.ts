/** When a run begins with the weights of the one that serves, and what of them it takes over. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetVersion, TrainingRun } from '../src/db.js'
import { foldInto, standardisationOf, unfold } from '../src/model/standardisation.js'
import { settingsFrom, settingsToGoOn, type TrainingInput } from '../src/training/settings.js'
import { runToGoOnFrom } from '../src/training/start-from.js'
import { headFrom } from '../src/training/start-weights.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { randomDense, uniform } from './support/network.js'
import { addRun, addVersion } from './support/rows.js'

const byDefault = { ...settingsFrom({ datasetVersion: '' }) }
let hall: TestHall
let serving: TrainingRun
let photos = 0

beforeAll(async () => {
  hall = await openTestHall()
  const { id } = await addVersion(hall.db, 'v1', { glass: 50, paper: 50 })
  serving = await addRun(hall.db, 'run-1', id, { settings: byDefault, isActive: true })
})
afterAll(() => hall.close())

const goesOnFrom = async (version: DatasetVersion, input: Partial<TrainingInput> = {}) =>
  (await runToGoOnFrom(hall.db, version, { datasetVersion: version.name, ...input }))?.name
const version = (counts: Record<string, number>) => addVersion(hall.db, `other-${++photos}`, counts)

describe('a run', () => {
  it('goes on from the one that serves when at most a tenth of its photos has changed', async () => {
    expect(await goesOnFrom(await version({ glass: 50, paper: 50 }))).toBe('run-1')
    expect(await goesOnFrom(await version({ glass: 50, paper: 55, jar: 5 }))).toBe('run-1')
    expect(await goesOnFrom(await version({ glass: 50, paper: 56, jar: 5 }))).toBeUndefined()
    expect(await goesOnFrom(await version({ glass: 50, paper: 40 }))).toBe('run-1')
    expect(await goesOnFrom(await version({ glass: 50, paper: 39 }))).toBeUndefined()
  })

  it.each([
    ['it is told to begin with the backbone', { fromServing: false }],
    ['another recipe is asked for', { recipe: 'REFERENCE' }],
    ['stage 1 is asked for', { stage1: { epochs: 40 } }],
    ['stage 2 is asked for', { stage2: { layers: 60 } }],
    ['a batch size is asked for', { batchSize: 64 }],
  ] as const)('begins with the backbone when %s', async (_why, input) => {
    expect(await goesOnFrom(await version({ glass: 50, paper: 50 }), input)).toBeUndefined()
  })

  it('begins with the backbone when the one that serves was not trained by its recipe alone, or none serves', async () => {
    const same = await version({ glass: 50, paper: 50 })
    const change = (data: { settings?: object; isActive?: boolean }) =>
      hall.db.trainingRun.update({ where: { id: serving.id }, data })
    await change({ settings: { ...byDefault, stage1: { epochs: 2, learningRate: 0.001 } } })
    expect(await goesOnFrom(same)).toBeUndefined()
    await change({ settings: byDefault, isActive: false })
    expect(await goesOnFrom(same)).toBeUndefined()
    await change({ isActive: true })
    expect(await goesOnFrom(same)).toBe('run-1')
  })

  it('begins with the backbone when a photo that the weights have learned would test them', async () => {
    const entries = await hall.db.versionEntry.findMany({ where: { versionId: serving.versionId } })
    const moved = entries.find(({ split }) => split === 'TRAIN')
    const resplit = await hall.db.datasetVersion.create({
      data: {
        name: 'resplit',
        totalImages: entries.length,
        classCounts: [
          { classLabel: 'glass', count: 50 },
          { classLabel: 'paper', count: 50 },
        ],
        splits: [],
        entries: {
          create: entries.map(({ photoId, classLabel, split }) => ({
            photoId,
            classLabel,
            split: photoId === moved?.photoId ? ('TEST' as const) : split,
          })),
        },
      },
    })
    expect(await goesOnFrom(resplit)).toBeUndefined()
  })

  it('counts what has changed from the last run that began with the backbone: small steps do not lead away for ever', async () => {
    const step = await version({ glass: 58, paper: 50 })
    await hall.db.trainingRun.update({ where: { id: serving.id }, data: { isActive: false } })
    const second = await addRun(hall.db, 'run-2', step.id, {
      settings: { ...settingsToGoOn(byDefault) },
      startedFromId: serving.id,
      isActive: true,
    })
    expect(await goesOnFrom(await version({ glass: 60, paper: 50 }))).toBe('run-2')
    expect(await goesOnFrom(await version({ glass: 61, paper: 50 }))).toBeUndefined()
    await hall.db.trainingRun.update({ where: { id: second.id }, data: { isActive: false } })
    await hall.db.trainingRun.update({ where: { id: serving.id }, data: { isActive: true } })
  })
})

describe('the weights that it takes over', () => {
  const [features, hidden, rows] = [6, 4, 30]
  const next = uniform(1)
  const standardisation = standardisationOf(
    Float32Array.from({ length: rows * features }, (_, i) => 5 * (i % features) + next()),
    features,
  )

  it('are those that were saved, on features standardised anew', () => {
    const layer = randomDense(features, hidden, 1)
    const back = unfold(standardisation, foldInto(standardisation, layer))
    back.kernel.forEach((weight, i) => expect(weight).toBeCloseTo(layer.kernel[i] ?? Number.NaN, 4))
    back.bias.forEach((bias, i) => expect(bias).toBeCloseTo(layer.bias[i] ?? Number.NaN, 3))
  })

  it('keep each class where its name is; a class that is new begins afresh, one that is gone is left out', () => {
    const layers = [randomDense(features, hidden, 2), randomDense(hidden, 3, 3)]
    const start = {
      runName: 'run-1',
      classLabels: ['can', 'glass', 'paper'],
      layers,
      convolutions: new Map(),
      hearsTail: false,
    }
    const last = headFrom(start, ['box', 'glass', 'paper'], standardisation, 1)[1]
    const column = (of: { kernel: Float32Array; bias: Float32Array } | undefined, at: number) => [
      ...Array.from({ length: hidden }, (_, row) => of?.kernel[row * 3 + at]),
      of?.bias[at],
    ]
    expect(column(last, 1)).toEqual(column(layers[1], 1))
    expect(column(last, 2)).toEqual(column(layers[1], 2))
    expect(column(last, 0)).not.toEqual(column(layers[1], 0))
    expect(last?.bias[0]).toBe(0)
    expect(column(last, 0).some((weight) => weight !== 0)).toBe(true)
  })
})
