/** Thirty classes, one with a long name: what was taken for what stays legible, and is walked through by keys. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser, openConsole, seriousFindings } from './support/browser.js'
import { addRun, addVersion } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'

const long = 'cardboard with a film of plastic and a good deal of tape'
const classLabels = [...Array.from({ length: 29 }, (_, i) => `class ${String(i).padStart(2, '0')}`), long]
/** One test photo each, named rightly, but for this one. */
const [mistaken, takenFor] = [classLabels[3] ?? '', classLabels[7] ?? '']
const predictedFor = (classLabel: string) => (classLabel === mistaken ? takenFor : classLabel)

const figures = { precision: 0.5, recall: 0.5 }
const evaluation = {
  ...figures,
  loss: 0.3,
  accuracy: 29 / 30,
  macroF1: 0.5,
  testImages: 30,
  perClass: classLabels.map((classLabel) => ({ ...figures, classLabel, f1: 0.5, support: 1 })),
  confusionMatrix: {
    classLabels,
    counts: classLabels.map((row) => classLabels.map((column) => Number(predictedFor(row) === column))),
  },
}

describe.skipIf(!hasBrowser)('the confusion matrix of thirty classes', () => {
  let server: TestServer
  let browser: Browser
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([startTestServer(), openBrowser()])
    const version = await addVersion(server.db, 'v1', Object.fromEntries(classLabels.map((name) => [name, 5])))
    const run = await addRun(server.db, 'run-1', version.id, { classLabels, evaluation })
    const tested = await server.db.versionEntry.findMany({ where: { versionId: version.id, split: 'TEST' } })
    await server.db.testPrediction.createMany({
      data: tested.map(({ photoId, classLabel }) => ({
        runId: run.id,
        photoId,
        classLabel,
        predicted: predictedFor(classLabel),
        confidence: 0.6,
        labelProbability: classLabel === mistaken ? 0.2 : 0.6,
      })),
    })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  it('opens the photos of a cell by keys, and arrows lead from number to number', async () => {
    const { page } = await openConsole(browser, server.address, '/evaluation/run-1')
    const cell = (row: string, column: string) => page.getByRole('button', { name: `1 of ${row} taken for ${column}` })
    const hasFocus = async (row: string, column: string) =>
      await expect.poll(() => cell(row, column).evaluate((button) => button === document.activeElement)).toBe(true)
    await cell(mistaken, takenFor).focus()
    await page.keyboard.press('Enter')
    await page.getByText(`${mistaken}, taken for ${takenFor}`).first().waitFor()
    const photos = page.getByRole('list', { name: new RegExp(`^${mistaken}, taken for`) }).getByRole('listitem')
    await expect.poll(() => photos.count()).toBe(1)
    await page.keyboard.press('ArrowDown')
    await hasFocus(takenFor, takenFor)
    await page.keyboard.press('ArrowUp')
    await hasFocus(mistaken, takenFor)
    await page.keyboard.press('ArrowRight') // nothing lies there
    await hasFocus(mistaken, takenFor)
    expect(await seriousFindings(page)).toEqual([])
    await page.context().close()
  })

  it.each(['phone', 'desk'] as const)(
    'keeps its names in view and leaves room for its numbers, on a %s',
    async (size) => {
      const { page } = await openConsole(browser, server.address, '/evaluation/run-1', { size })
      const table = page.getByRole('table', { name: 'Test photos by true class and predicted class' })
      const last = page.getByRole('button', { name: `1 of ${long} taken for ${long}` })
      await last.focus() // which scrolls it into view
      const box = async (name: string, role: 'rowheader' | 'columnheader') =>
        (await table.getByRole(role, { name }).boundingBox()) ?? expect.fail(`${name} is not in view`)
      const frame = (await table.locator('..').boundingBox()) ?? expect.fail('the table has no box')
      const row = await box(long, 'rowheader')
      expect(row.width).toBeLessThan(frame.width / 2)
      expect(row.x).toBeCloseTo(frame.x, 0)
      expect((await box(long, 'columnheader')).y).toBeCloseTo(frame.y, 0)
      // And there are bars beside so long a name.
      const bars = page.getByRole('list', { name: 'F1 by class' }).locator('[aria-hidden]')
      expect((await bars.last().boundingBox())?.width).toBeGreaterThan(40)
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      expect(await seriousFindings(page)).toEqual([])
      await page.context().close()
    },
  )
})
