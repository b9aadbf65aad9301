/** The whole loop in a real browser, by clicks and keys and nothing else: from a folder of photos to the second model that serves. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawSamples, type Sample } from '../demo/draw.js'
import { hasBrowser, type Opened, openBrowser, openConsole, seriousFindings } from './support/browser.js'
import { startTestServer, type TestServer } from './support/server.js'
import { takeFeatures } from './support/trained.js'
import { weights } from './support/training.js'

const minutes = 60_000
const classes = ['bottle', 'can', 'paper', 'box'] as const

describe.skipIf(!hasBrowser)('the loop, by clicks and keys', () => {
  let folder: string
  let server: TestServer
  let browser: Browser
  let opened: Opened
  let page: Page
  let strangers: Sample[]

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-loop-'))
    await drawSamples(path.join(folder, 'photos'), { perClass: 12, classes: [...classes] })
    strangers = await drawSamples(path.join(folder, 'strangers'), { perClass: 12, classes: ['bag'], seed: 3 })
    server = await startTestServer({ WASTEX_IMPORT_ROOTS: folder, ...weights })
    await takeFeatures(server)
    browser = await openBrowser()
    opened = await openConsole(browser, server.address, '/datasets')
    page = opened.page
    page.setDefaultTimeout(minutes)
  }, 2 * minutes)
  afterAll(async () => {
    await browser?.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  const go = (name: string) => page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name }).click()
  const train = async (): Promise<void> => {
    const form = page.getByRole('dialog', { name: 'Start a training' })
    await form.getByText('Advanced').click()
    await form.getByLabel('Head: epochs').fill('15')
    await form.getByLabel('Fine-tune: epochs').fill('0')
    await form.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('link', { name: 'See its evaluation' }).click({ timeout: 3 * minutes })
  }
  const promote = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: `Promote ${name}` }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `Promote ${name}` })
      .click()
    await page.getByText('serves now').waitFor()
  }

  it(
    'imports a folder, with its progress, and says what is wrong with one that may not be read',
    async () => {
      await page.getByText('There is no version yet').waitFor()
      expect(await seriousFindings(page)).toEqual([])
      // Wherever somebody begins, the way leads here.
      for (const screen of ['Review', 'Classify', 'Training']) {
        await go(screen)
        await page.getByRole('link', { name: 'To the datasets' }).click()
        await page.getByText('There is no version yet').waitFor()
      }
      await page.getByText(`lies below ${folder}`).waitFor()
      await page.getByLabel('Folder on the server').fill('/etc')
      await page.getByRole('button', { name: 'Import', exact: true }).click()
      await page.getByLabel('Folder on the server').and(page.locator('[aria-invalid=true]')).waitFor()
      // The browser's word for that refusal.
      expect(opened.complaints.splice(0)).toEqual([expect.stringContaining('400 (Bad Request)')])
      await page.getByLabel('Folder on the server').fill(path.join(folder, 'photos'))
      await page.getByRole('button', { name: 'Import', exact: true }).click()
      await page.getByText('48 photos of 4 classes.').waitFor()
      await page.getByRole('link', { name: 'Look at v1' }).click()
      const table = page.getByRole('table', { name: 'Photos of each class in each split' })
      for (const name of classes) await table.getByRole('row', { name: new RegExp(`^${name}.*12$`) }).waitFor()
      expect(await seriousFindings(page)).toEqual([])

      // Photos by class and split, and one of them large.
      await table.getByRole('button', { name: 'can' }).click()
      await page.getByText('12 photos', { exact: true }).waitFor()
      const photos = page.getByRole('list', { name: 'Photos of v1' }).getByRole('button')
      await photos.first().click()
      await page.getByRole('dialog').getByText('an import').waitFor()
      await page.keyboard.press('ArrowRight')
      await page.getByText('2 of 12').waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await page.keyboard.press('Escape')
    },
    2 * minutes,
  )

  it(
    'trains on it, looks at what came of it, and lets it serve',
    async () => {
      await page.getByRole('link', { name: 'Start a training' }).click()
      await train()
      await page.getByText('Nothing to compare with').waitFor()
      await promote('run-1')
      expect(await server.db.trainingRun.findFirst({ where: { isActive: true } })).toMatchObject({ name: 'run-1' })
    },
    4 * minutes,
  )

  it(
    'sends photos of what it has never seen, and names them by keys',
    async () => {
      await go('Classify')
      await page.locator('input[type=file]').setInputFiles(strangers.map((sample) => sample.path))
      await expect.poll(() => page.locator('article h2').count(), { timeout: minutes }).toBe(strangers.length)
      const unknown = await server.db.image.count({ where: { reviewed: false } })
      expect(unknown).toBeGreaterThan(2)
      await go('Review')
      await page.getByText(`${unknown} waiting`).waitFor()
      await page.getByAltText(/^Photo to review/).waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('bag')
      await page.keyboard.press('Enter')
      await expect.poll(() => server.db.image.count({ where: { assignedLabel: 'bag' } })).toBe(1)
      // It has a key from then on; all others are labelled at once.
      await page.getByRole('tab', { name: 'Many at once' }).click()
      await page.getByRole('button', { name: /Select all/ }).click()
      await page.getByRole('button', { name: 'bag' }).first().click()
      await expect.poll(() => server.db.image.count({ where: { assignedLabel: 'bag', staged: true } })).toBe(unknown)
      await page.getByRole('tab', { name: /Staged/ }).click()
      await page.getByRole('button', { name: /Make version v2/ }).click()
      await page.getByRole('link', { name: 'Train with v2' }).click()
    },
    3 * minutes,
  )

  it(
    'trains on the next version, sees it beside the first, and lets it take over',
    async () => {
      await train()
      await page.getByRole('heading', { name: /^Recommended/ }).waitFor()
      expect(await page.getByRole('row', { name: /Accuracy/ }).innerText()).toMatch(/points/)
      await promote('run-2')
      await page.getByRole('button', { name: 'Go back to run-1' }).waitFor()
      await go('Datasets')
      await page.getByRole('tab', { name: 'Difference' }).click()
      await page.getByText(/^Added \d+$/).waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await page.getByRole('tab', { name: 'Photos' }).click()
      await page.getByLabel('Added in this version').check()
      const added = await server.db.versionEntry.count({
        where: { version: { name: 'v2' }, sourceImageId: { not: null } },
      })
      await page.getByText(`${added} photos`, { exact: true }).waitFor()
      const versions = page.getByRole('navigation', { name: /^Versions/ })
      await versions.getByRole('link', { name: /^v1/ }).click()
      await page.getByRole('button', { name: 'Make active' }).click()
      await page.getByRole('button', { name: 'Make v1 active' }).click()
      await versions.getByRole('link', { name: /^v1\s*active/ }).waitFor()
      await go('Wall')
      await page.getByRole('heading', { name: 'run-2 serves' }).waitFor()
      expect(opened.complaints).toEqual([])
    },
    4 * minutes,
  )
})
