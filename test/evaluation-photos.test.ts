/** Behind every figure of an evaluation there are photos: two real runs on drawn ones, and what is kept of each test photo. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawSamples } from '../demo/draw.js'
import type { TrainingRun } from '../src/db.js'
import { importDataset } from '../src/versions/import-dataset.js'
import { hasBrowser, openBrowser, openConsole, seriousFindings } from './support/browser.js'
import { ask } from './support/client.js'
import { by } from './support/doer.js'
import { openTestHall, type TestHall } from './support/hall.js'
import type { TestServer } from './support/server.js'
import { train, trainAndPromote } from './support/trained.js'
import { drawVersion, startServerOf } from './support/training.js'

interface TestPhoto {
  contentHash: string
  classLabel: string
  predicted: string
  confidence: number
  labelProbability: number
  right: boolean
  baselinePredicted: string | null
  erased: boolean
  thumbnailUrl: string
}
interface Run {
  testPhotos: {
    totalCount: number
    edges: { cursor: string; node: TestPhoto }[]
    pageInfo: { hasNextPage: boolean; endCursor: string | null }
  }
  evaluation: { testImages: number; accuracy: number; confusionMatrix: { classLabels: string[]; counts: number[][] } }
  comparison: { fixed: number; broken: number; testImages: number; deltas: Record<string, number>[] } | null
}

const document = `query ($name: String!, $filter: TestPhotoFilter, $orderBy: TestPhotoOrder, $first: Int, $after: String) {
  trainingRun(name: $name) {
    testPhotos(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { cursor node { contentHash classLabel predicted confidence labelProbability right baselinePredicted erased thumbnailUrl } }
    }
    evaluation { testImages accuracy confusionMatrix { classLabels counts } }
    comparison { fixed broken testImages deltas { metric delta low high } }
  }
}`

let hall: TestHall
let server: TestServer
let first: TrainingRun
let second: TrainingRun

const look = async (name: string, more: object = {}): Promise<Run> =>
  (await ask<{ trainingRun: Run }, object>(server.address, document, { name, first: 100, ...more })).trainingRun
const photosOf = async (name: string, filter?: object, more: object = {}) =>
  (await look(name, { filter, ...more })).testPhotos.edges.map(({ node }) => node)

beforeAll(async () => {
  hall = await openTestHall()
  await drawVersion(hall, 'v1', { perClass: 12 })
  server = await startServerOf(hall)
  // It has learned next to nothing: there is much to get wrong.
  first = await trainAndPromote(hall, server.address, { stage1: { epochs: 1, learningRate: 1e-6 } })
  const folder = path.join(hall.folder, 'other')
  await drawSamples(folder, { perClass: 12, classes: ['bottle', 'can', 'paper', 'box'] as never, seed: 9 })
  await importDataset(hall, by, { name: 'v2', path: folder })
  second = await train(hall, server.address, { datasetVersion: 'v2', stage1: { epochs: 15 }, fromServing: false })
}, 120_000)
afterAll(async () => {
  await server.close()
  await hall.close()
})

describe('the test photos of a run', () => {
  it('are all of them, each once, those of whose class the model is least sure first', async () => {
    const { testPhotos, evaluation } = await look(first.name)
    expect(testPhotos.totalCount).toBe(evaluation.testImages)
    const photos = testPhotos.edges.map(({ node }) => node)
    expect(new Set(photos.map(({ contentHash }) => contentHash)).size).toBe(evaluation.testImages)
    const own = photos.map(({ labelProbability }) => labelProbability)
    expect(own).toEqual(own.toSorted((a, b) => a - b))
    for (const { right, classLabel, predicted, confidence, labelProbability, baselinePredicted } of photos) {
      expect(right).toBe(classLabel === predicted)
      expect(confidence).toBeGreaterThanOrEqual(labelProbability)
      expect(baselinePredicted).toBeNull() // nothing served before it
    }
    expect(photos.filter(({ right }) => right).length / photos.length).toBeCloseTo(evaluation.accuracy, 9)
  })

  it('stand behind each cell of the confusion matrix', async () => {
    for (const { name } of [first, second]) {
      const { evaluation } = await look(name)
      const { classLabels, counts } = evaluation.confusionMatrix
      for (const [t, classLabel] of classLabels.entries())
        for (const [p, predicted] of classLabels.entries()) {
          const photos = await photosOf(name, { classLabel, predicted })
          expect(photos).toHaveLength(counts[t]?.[p] ?? Number.NaN)
          for (const photo of photos) expect(photo).toMatchObject({ classLabel, predicted })
        }
    }
  })

  it('are told apart by what the older model said of them: fixed, broken, and neither', async () => {
    const { comparison } = await look(second.name)
    const [fixed, broken, all] = await Promise.all([
      photosOf(second.name, { change: 'FIXED' }),
      photosOf(second.name, { change: 'BROKEN' }),
      photosOf(second.name),
    ])
    expect(fixed).toHaveLength(comparison?.fixed ?? Number.NaN)
    expect(broken).toHaveLength(comparison?.broken ?? Number.NaN)
    expect(fixed.length + broken.length).toBeGreaterThan(0)
    for (const photo of fixed) expect(photo.right && photo.baselinePredicted !== photo.classLabel).toBe(true)
    for (const photo of broken) expect(!photo.right && photo.baselinePredicted === photo.classLabel).toBe(true)
    expect(all.filter(({ baselinePredicted }) => baselinePredicted !== null)).toHaveLength(
      comparison?.testImages ?? Number.NaN,
    )
  })

  it('come a page at a time, in either order, none twice and none left out', async () => {
    for (const orderBy of ['WORST', 'OLDEST']) {
      const seen: string[] = []
      let after: string | null = null
      do {
        const { testPhotos }: Run = await look(second.name, { orderBy, first: 3, after })
        seen.push(...testPhotos.edges.map(({ node }) => node.contentHash))
        after = testPhotos.pageInfo.hasNextPage ? testPhotos.pageInfo.endCursor : null
      } while (after)
      expect(seen.toSorted()).toEqual((await photosOf(second.name)).map(({ contentHash }) => contentHash).toSorted())
    }
  })

  it('may be narrowed to mistakes', async () => {
    const wrong = await photosOf(first.name, { right: false })
    const right = await photosOf(first.name, { right: true })
    expect(wrong.every((photo) => !photo.right) && right.every((photo) => photo.right)).toBe(true)
    expect(wrong.length + right.length).toBe((await look(first.name)).evaluation.testImages)
  })

  it.skipIf(!hasBrowser)(
    'are looked at in the console, behind each number; and the run is let serve there, and gone back from',
    async () => {
      const browser = await openBrowser()
      try {
        const { page, complaints } = await openConsole(browser, server.address, `/evaluation/${second.name}`)
        const { evaluation, comparison } = await look(second.name)
        const { classLabels, counts } = evaluation.confusionMatrix
        const best = classLabels.findIndex((_, i) => (counts[i]?.[i] ?? 0) > 0)
        const label = classLabels[best] ?? expect.fail('it has named nothing rightly')
        const right = counts[best]?.[best] ?? 0
        await page.getByRole('button', { name: `${right} of ${label} taken for ${label}` }).click()
        await page.getByText(`${label}, named rightly`).first().waitFor()
        const tiles = page.getByRole('list', { name: /named rightly/ }).getByRole('listitem')
        await expect.poll(() => tiles.count()).toBe(right)
        for (const [name, many] of [
          ['Fixed', comparison?.fixed],
          ['Broken', comparison?.broken],
        ] as const) {
          await page.getByLabel('Which photos').getByText(name).click()
          await page
            .getByRole('status')
            .getByText(new RegExp(` ${many} photos?$`))
            .waitFor()
        }
        const points = page.getByRole('row', { name: /Accuracy/ })
        expect(await points.innerText()).toMatch(/points\s*[−+0].* to .*(?:better|worse|no clear difference)/)
        expect(await seriousFindings(page)).toEqual([])

        // From photo to photo by keys.
        await page.getByLabel('Which photos').getByText('All').click()
        await page
          .getByRole('list', { name: /All test photos/ })
          .getByRole('button')
          .first()
          .click()
        await page.getByText(`1 of ${evaluation.testImages}`).waitFor()
        await page.keyboard.press('ArrowRight')
        await page.getByText(`2 of ${evaluation.testImages}`).waitFor()
        expect(await seriousFindings(page)).toEqual([])
        await page.keyboard.press('Escape')

        const phone = await openConsole(browser, server.address, `/evaluation/${second.name}`, {
          size: 'phone',
          colorScheme: 'dark',
        })
        await phone.page.getByRole('button', { name: `Promote ${second.name}` }).waitFor()
        expect(await seriousFindings(phone.page)).toEqual([])
        await page.getByRole('button', { name: `Promote ${second.name}` }).click()
        await page
          .getByRole('dialog')
          .getByRole('button', { name: `Promote ${second.name}` })
          .click()
        // Whoever else looks at it hears of it.
        await phone.page.getByRole('button', { name: `Go back to ${first.name}` }).click()
        await phone.page.getByText('Nobody waits, nothing is restarted.').waitFor()
        expect(await seriousFindings(phone.page)).toEqual([])
        await phone.page
          .getByRole('dialog')
          .getByRole('button', { name: `Go back to ${first.name}` })
          .click()
        await page.getByRole('button', { name: `Go back to ${second.name}` }).waitFor()
        const { servingModel } = await ask<{ servingModel: { run: object } }, object>(
          server.address,
          '{ servingModel { run { name } } }',
          {},
        )
        expect(servingModel.run).toEqual({ name: first.name })
        expect([...complaints, ...phone.complaints]).toEqual([])
      } finally {
        await browser.close()
      }
    },
    60_000,
  )

  it('say when their photo was erased, and go with the run', async () => {
    const [photo] = await photosOf(second.name)
    await hall.db.photo.updateMany({ where: { contentHash: photo?.contentHash ?? '' }, data: { erasedAt: new Date() } })
    expect((await photosOf(second.name))[0]).toMatchObject({ contentHash: photo?.contentHash, erased: true })
    await hall.db.trainingRun.delete({ where: { id: second.id } })
    expect(await hall.db.testPrediction.count({ where: { runId: second.id } })).toBe(0)
  })
})
