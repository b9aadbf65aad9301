/** A phone asks where the network looked: it is told with the answer, and whoever does not ask pays nothing for it. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { drawSamples } from '../demo/draw.js'
import type { TrainingRun } from '../src/db.js'
import { readCard } from '../src/model/card.js'
import { logitsOf } from '../src/model/network/expression.js'
import { readLayersWeights } from '../src/model/network/layers-model-files.js'
import { onnxModel } from '../src/model/network/onnx.js'
import type { HeatMap } from '../src/predictions/heat-map.js'
import { ServingModel } from '../src/predictions/serving.js'
import { changeCard } from './support/change-card.js'
import { file, upload } from './support/client.js'
import { openTrainedHall } from './support/trained-hall.js'
import { sharedWeights } from './support/shared.js'
import type { TestHall } from './support/hall.js'
import type { TestServer } from './support/server.js'
import { promote, train } from './support/trained.js'
import { startServerOf } from './support/training.js'

const minutes = 60_000
let hall: TestHall
let server: TestServer
let photos: { known: Buffer; unknown: Buffer }

beforeAll(async () => {
  ;({ hall, photos } = await openTrainedHall())
  server = await startServerOf(hall)
}, 4 * minutes)
afterAll(async () => {
  await server.close()
  await hall.close()
})
afterEach(() => vi.restoreAllMocks())

/** What `classify` answers, the selection being `fields`. */
async function classify(fields: string, { rest = '', variables = {}, headers = {}, photo = photos.known } = {}) {
  const document = `mutation ($image: Upload!, $wanted: Boolean = true) {
    classify(image: $image) { classLabel __typename @include(if: $wanted) ${fields} } } ${rest}`
  const image = file(photo, 'photo.jpg')
  const { data, errors } = await upload<{ classify: Record<string, unknown> }, object>(
    server.address,
    document,
    { ...variables, image },
    { headers },
  )
  return data?.classify ?? expect.fail(errors?.[0]?.message)
}
const selection = 'heatMap { width height values }'

const expectHeatMap = (heatMap: unknown) => {
  const { width, height, values } = heatMap as HeatMap
  expect([width, height]).toEqual([17, 17])
  expect(values).toHaveLength(17 * 17)
  expect(Math.max(...values)).toBe(1)
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
}

describe('where the network looked', () => {
  it('is told with the class, of a photo that it knows and of one that it does not', async () => {
    const [known, unknown] = [await classify(selection), await classify(selection, { photo: photos.unknown })]
    for (const { heatMap } of [known, unknown]) expectHeatMap(heatMap)
    expect(known['heatMap']).not.toEqual(unknown['heatMap'])
    expect(await classify(selection)).toEqual(known)
  })

  // With the weights of nsfwjs the network names hardly any drawn can.
  it.skipIf(!sharedWeights)(
    'lies on the object that is named rather than on the plain ground beside it (needs ImageNet’s weights)',
    { timeout: minutes },
    async () => {
      const [width, height] = [200, 300]
      const shares: number[] = []
      for (const sample of await drawSamples(path.join(hall.folder, 'cans'), {
        perClass: 6,
        classes: ['can'],
        seed: 9,
      })) {
        const thing = await sharp(sample.path).resize(width, height, { fit: 'cover' }).toBuffer()
        for (const isLeft of [true, false]) {
          const ground = { create: { width: 2 * width, height, channels: 3, background: '#d7d2cd' } } as const
          const half = { input: thing, left: isLeft ? 0 : width, top: 0 }
          const { classLabel, heatMap } = await classify(selection, {
            photo: await sharp(ground).composite([half]).jpeg().toBuffer(),
          })
          if (classLabel !== 'can') continue
          const map = heatMap as HeatMap
          const sum = (isThere: (x: number) => boolean) =>
            map.values.reduce((total, value, i) => total + (isThere(i % map.width) ? value : 0), 0)
          const [left, right] = [sum((x) => x < 8), sum((x) => x > 8)]
          shares.push((isLeft ? left : right) / (left + right))
        }
      }
      expect(shares.length).toBeGreaterThan(3)
      expect(shares.reduce((total, share) => total + share, 0) / shares.length).toBeGreaterThan(0.55)
    },
  )

  it('is told of each of several photos', async () => {
    const document = `mutation ($images: [Upload!]!) { all: classifyMany(images: $images) { it: classification { ${selection} } } }`
    const images = [file(photos.known, 'a.jpg'), file(photos.unknown, 'b.jpg'), file(photos.known, 'c.jpg')]
    const { data } = await upload<{ all: { it: { heatMap: unknown } }[] }, object>(server.address, document, { images })
    const maps = data?.all.map((place) => place.it.heatMap) ?? []
    maps.forEach(expectHeatMap)
    expect(maps[0]).toEqual(maps[2])
    expect(maps[0]).toEqual((await classify(selection))['heatMap'])
  })

  it.each<[string, boolean, string, { rest?: string; variables?: object }]>([
    ['by itself', true, selection, {}],
    ['by another name', true, `looked: ${selection}`, {}],
    [
      'in a fragment in a fragment',
      true,
      '...A',
      { rest: `fragment A on Classification { ... { looked: ${selection} } }` },
    ],
    ['by a variable', true, `... @include(if: $wanted) { ${selection} }`, {}],
    ['not, by a variable', false, `... @include(if: $wanted) { ${selection} }`, { variables: { wanted: false } }],
    ['not, by a default', false, `heatMap @skip(if: $wanted) { width }`, {}],
    ['not at all', false, 'confidence scores { classLabel }', {}],
  ])('is computed for who asks for it, and for nobody else: asked %s', async (_, isAsked, fields, more) => {
    const infer = vi.spyOn(ServingModel.prototype, 'infer')
    await classify(fields, more)
    const [answer] = await Promise.all(
      infer.mock.results.map(({ value }) => value as ReturnType<ServingModel['infer']>),
    )
    expect(answer?.evidence).toHaveLength(isAsked ? 2 : 0)
  })

  it('is told again to who sends the photo again under its key, and the photo is not looked at again', async () => {
    const headers = { 'idempotency-key': 'looked' }
    const first = await classify(selection, { headers })
    expectHeatMap(first['heatMap'])
    const infer = vi.spyOn(ServingModel.prototype, 'infer')
    expect(await classify(selection, { headers })).toEqual(first)
    expect(infer).not.toHaveBeenCalled()
  })

  it('is not among what a key of another request is answered: who asks for more needs another key', async () => {
    const headers = { 'idempotency-key': 'more' }
    await classify('', { headers })
    await expect(classify(selection, { headers })).rejects.toThrow('given to another request')
  })
})

describe('a model that was made before there were heat maps', () => {
  let old: TrainingRun

  /** As it was written then: the same weights, and an ONNX file that says nothing but logits. */
  async function makeOld(run: TrainingRun): Promise<void> {
    const folder = path.join(hall.config.modelsDir, run.name)
    const [model, weights, { network }] = await Promise.all([
      readFile(path.join(folder, 'model.json')),
      readFile(path.join(folder, 'weights.bin')),
      readCard(folder),
    ])
    const { convolutions, dense } = readLayersWeights(model, weights)
    const onnx = onnxModel({ convolutions, outputs: { logits: logitsOf({ blocks: network.head, layers: dense }) } })
    await changeCard(hall, run, (card) => (card.thresholds.novelty = null), { 'model.onnx': onnx })
  }

  beforeAll(async () => {
    old = await train(hall, server.address, { seed: 2 })
    await makeOld(old)
  }, 2 * minutes)

  it('serves as it did, and says that it has none', { timeout: minutes }, async () => {
    await promote(server.address, old.name)
    const answer = await classify(`${selection} scores { logit } servedBy { name }`)
    expect(answer).toMatchObject({ heatMap: null, servedBy: { name: old.name } })
    expect(answer['scores']).toHaveLength(old.classLabels.length)
  })
})
