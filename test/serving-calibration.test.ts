/** How sure a model may be is found where it is trained, kept in its folder, and told with every answer. */
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { drawSamples, type WasteClass } from '../demo/draw.js'
import type { TrainingRun } from '../src/db.js'
import { readCard } from '../src/model/card.js'
import { ServingModel } from '../src/predictions/serving.js'
import { importDataset } from '../src/versions/import-dataset.js'
import { changeCard } from './support/change-card.js'
import { file, upload } from './support/client.js'
import { by } from './support/doer.js'
import { drawnPhoto } from './support/drawn-photo.js'
import { openTestHall, type TestHall } from './support/hall.js'
import type { TestServer } from './support/server.js'
import { trainAndPromote } from './support/trained.js'
import { startServerOf } from './support/training.js'

const minutes = 60_000
const classes = ['bottle', 'can', 'paper', 'box'] as readonly string[] as WasteClass[]
let hall: TestHall
let server: TestServer
let run: TrainingRun
let photo: Buffer

/** Most of them to find the temperature on: it is not asked of fewer than 20. */
async function drawSplits(folder: string): Promise<void> {
  const perClass = { train: 6, val: 10, test: 3 }
  for (const [seed, [split, photos]] of Object.entries(perClass).entries())
    await drawSamples(path.join(folder, split), { perClass: photos, classes, seed })
}

beforeAll(async () => {
  hall = await openTestHall()
  const folder = path.join(hall.folder, 'v1')
  await drawSplits(folder)
  await importDataset(hall, by, { name: 'v1', path: folder })
  server = await startServerOf(hall)
  // Briefly: it is to get some of them wrong.
  run = await trainAndPromote(hall, server.address, { stage1: { epochs: 3 } })
  photo = await drawnPhoto(5)
}, 4 * minutes)
afterAll(async () => {
  await server.close()
  await hall.close()
})
afterEach(() => vi.restoreAllMocks())

interface Score {
  logit: number
  probability: number
  calibrated: number | null
}
async function scores(headers: Record<string, string> = {}, { address } = server): Promise<Score[]> {
  const document = 'mutation ($image: Upload!) { classify(image: $image) { scores { logit probability calibrated } } }'
  const variables = { image: file(photo, 'photo.jpg') }
  const { data, errors } = await upload<{ classify: { scores: Score[] } }, object>(address, document, variables, {
    headers,
  })
  return data?.classify.scores ?? expect.fail(errors?.[0]?.message)
}
const calibrationOf = async () => (await readCard(path.join(hall.config.modelsDir, run.name))).calibration

describe('a calibrated probability', () => {
  it('is the softmax at the temperature that the run found on its validation photos', async () => {
    const { temperature, error } = (await calibrationOf()) ?? expect.fail('the run found none')
    for (const figure of Object.values(error)) expect(figure).toSatisfy((own: number) => own >= 0 && own <= 1)
    const own = await scores()
    const weights = own.map(({ logit }) => Math.exp(logit / temperature))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    expect(own.map(({ calibrated }) => calibrated)).toEqual(weights.map((weight) => expect.closeTo(weight / sum, 9)))
  })

  it('sums to 1 over the classes, in the order of the probabilities, and is not the same', async () => {
    const own = await scores()
    const calibrated = own.map((score) => score.calibrated ?? expect.fail('it has none'))
    expect(calibrated.reduce((total, share) => total + share, 0)).toBeCloseTo(1, 9)
    expect(calibrated).toEqual(calibrated.toSorted((a, b) => b - a))
    expect(calibrated).not.toEqual(own.map(({ probability }) => expect.closeTo(probability, 4)))
  })

  it('is kept with a photo that goes to review, beside what it was before', async () => {
    const document = `mutation ($image: Upload!) { sendToReview(image: $image) {
      scores { classLabel probability calibrated } image { allPredictions { classLabel probability calibrated } } } }`
    const variables = { image: file(photo, 'photo.jpg') }
    const { data } = await upload<{ sendToReview: { scores: Score[]; image: { allPredictions: Score[] } } }, object>(
      server.address,
      document,
      variables,
    )
    const { scores: own, image } = data?.sendToReview ?? expect.fail('it was not sent')
    expect(own.every(({ calibrated }) => calibrated !== null)).toBe(true)
    expect(image.allPredictions).toEqual(own)
  })

  it('is told again to who sends the photo again under its key', async () => {
    const headers = { 'idempotency-key': 'sure' }
    const first = await scores(headers)
    const infer = vi.spyOn(ServingModel.prototype, 'infer')
    expect(await scores(headers)).toEqual(first)
    expect(infer).not.toHaveBeenCalled()
  })

  it('is null for a model that was made before there was one; all else is answered', { timeout: minutes }, async () => {
    await changeCard(hall, run, (card) => delete (card as Partial<typeof card>).calibration)
    const next = await startServerOf(hall)
    try {
      const own = await scores({}, next)
      expect(own).toHaveLength(classes.length)
      for (const { calibrated, probability } of own) {
        expect(calibrated).toBeNull()
        expect(probability).toBeGreaterThan(0)
      }
    } finally {
      await next.close()
    }
  })
})
