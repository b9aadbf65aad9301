/** Photos in, answers out, in a real browser and with a real (small) network: large photos, bad lines, confident mistakes. */
import { randomFillSync } from 'node:crypto'
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import { photoFile } from '../src/photos/store.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { elsewhere, hasBrowser, type Opened, openBrowser, openConsole, seriousFindings } from './support/browser.js'
import { openTrainedHall } from './support/trained-hall.js'
import type { TestHall } from './support/hall.js'
import type { TestServer } from './support/server.js'
import { startServerOf } from './support/training.js'

const minutes = 60_000

describe.skipIf(!hasBrowser)('classifying in the console', () => {
  let hall: TestHall
  let server: TestServer
  let browser: Browser
  let opened: Opened
  let page: Page
  let known: string
  let unknown: string

  beforeAll(async () => {
    ;({ hall } = await openTrainedHall())
    server = await startServerOf(hall)
    known = path.join(hall.folder, 'known.jpg')
    unknown = path.join(hall.folder, 'unknown.jpg')
    browser = await openBrowser()
  }, 3 * minutes)
  afterEach(() => opened.page.context().close())
  afterAll(async () => {
    await browser?.close()
    await server.close()
    await hall.close()
  })

  const start = async (options?: Parameters<typeof openConsole>[3]) => {
    opened = await openConsole(browser, server.address, '/classify', options)
    page = opened.page
    await page.getByRole('button', { name: 'Choose photos' }).waitFor()
  }
  const choose = (...files: string[]) => page.locator('input[type=file]').setInputFiles(files)
  const card = (name: string) => page.getByRole('article', { name, exact: true })
  const counted = async () =>
    (await hall.db.trashCounter.findMany()).reduce((sum, { totalCount, oodCount }) => sum + totalCount + oodCount, 0)

  it(
    'names a photo, and shows how sure the model is, and where it looked',
    async () => {
      await start()
      await choose(known, unknown)
      const first = card('known.jpg')
      await first.getByText('Known: counted, and the photo forgotten.').waitFor()
      expect(
        await first
          .getByRole('list', { name: /likely/ })
          .getByRole('listitem')
          .count(),
      ).toBe(4)
      expect(await first.getByRole('list', { name: /knows of such/ }).innerText()).toMatch(/Energy[^]*below/)
      await first.locator('canvas').waitFor()
      await page.getByLabel('Where the network looked').uncheck()
      await first.locator('canvas').waitFor({ state: 'detached' })
      await card('unknown.jpg').getByText('It waits for an operator.').waitFor()
      expect(await card('unknown.jpg').getByRole('button', { name: 'That is wrong' }).count()).toBe(0)
      expect(await seriousFindings(page)).toEqual([])
      expect(opened.complaints).toEqual([])
    },
    minutes,
  )

  it(
    'sends a confident mistake to review, with what it shows instead',
    async () => {
      await start({ size: 'phone' })
      await choose(known)
      await page.getByRole('button', { name: 'That is wrong' }).click()
      // Nothing lies over the button while nothing is typed.
      const send = page.getByRole('button', { name: 'Send to review' })
      await page.getByRole('combobox', { name: 'What does it show?' }).and(page.locator(':focus')).waitFor()
      await send.click({ trial: true, timeout: 2_000 })
      expect(await page.getByRole('option').filter({ visible: true }).count()).toBe(0)
      await page.getByRole('combobox', { name: 'What does it show?' }).fill('jar')
      expect(await seriousFindings(page)).toEqual([])
      await send.click()
      await page.getByText('Thank you: an operator will look.').waitFor()
      await page.getByText('Known. It waits for an operator.').waitFor()
      expect(await hall.db.image.findFirstOrThrow({ where: { suggestedLabel: 'jar' } })).toMatchObject({
        disputed: true,
        reviewed: false,
        oodReasons: [],
      })
    },
    minutes,
  )

  it(
    'says of a photo that an operator was done with that nobody will look again',
    async () => {
      await start()
      await choose(unknown)
      await card('unknown.jpg').getByText('It waits for an operator.').waitFor()
      await hall.db.image.updateMany({ data: { reviewed: true, rejected: true } })
      await page.getByRole('button', { name: 'Clear' }).click()
      await choose(unknown)
      await card('unknown.jpg')
        .getByText('No operator will look: this very photo was decided on before, or erased.')
        .waitFor()
      expect(await card('unknown.jpg').getByRole('link', { name: 'Go to review' }).count()).toBe(0)
      await hall.db.image.updateMany({ data: { reviewed: false, rejected: false } })
    },
    minutes,
  )

  it(
    'sends a photo again over a line that breaks, and it counts once',
    async () => {
      await start()
      const before = await counted()
      let breaks = 3
      let arrived = 0
      await page.route('**/graphql', async (route) => {
        if (!route.request().headers()['content-type']?.startsWith('multipart/') || breaks-- <= 0)
          return route.continue()
        // Once it does not get there, and once its answer does not get back.
        if (breaks % 2 === 0) await route.fetch().then(() => arrived++)
        return route.abort('connectionreset')
      })
      await choose(known)
      await card('known.jpg').getByText('No connection: it is sent again').waitFor()
      await card('known.jpg').getByText('Known: counted').waitFor({ timeout: 30_000 })
      expect(arrived).toBeGreaterThan(0)
      expect(await counted()).toBe(before + 1)
    },
    minutes,
  )

  it(
    'makes a photo smaller that the server would refuse for its size, and says what it refuses otherwise',
    async () => {
      await start({ size: 'phone', colorScheme: 'dark' })
      // Noise does not compress: 24 megapixels of it are more than 10 MiB.
      const noise = randomFillSync(Buffer.alloc(1500 * 1000 * 3))
      const large = path.join(hall.folder, 'large.jpg')
      await sharp(noise, { raw: { width: 1500, height: 1000, channels: 3 } })
        .resize(6000, 4000, { kernel: 'nearest' })
        .jpeg({ quality: 100 })
        .toFile(large)
      expect((await readFile(large)).length).toBeGreaterThan(10 * 2 ** 20)
      const text = path.join(hall.folder, 'notes.jpg')
      await writeFile(text, 'no photo')
      await choose(large, text)
      await card('large.jpg')
        .getByText(/It waits for an operator|Known: counted/)
        .waitFor({ timeout: 30_000 })
      await card('notes.jpg').getByRole('alert').waitFor()
      expect(await seriousFindings(page)).toEqual([])
    },
    2 * minutes,
  )

  it(
    'goes on while another screen is looked at, and takes what is dropped anywhere',
    async () => {
      await start()
      const [row] = await trainingRows(hall.db, 1)
      const bytes = await readFile(photoFile(hall.config, row as never))
      await page.evaluate((base64) => {
        const data = new DataTransfer()
        data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], 'dropped.jpg'))
        dispatchEvent(new DragEvent('drop', { dataTransfer: data }))
      }, bytes.toString('base64'))
      await card('dropped.jpg').waitFor()
      await page.getByRole('navigation').getByRole('link', { name: 'Review' }).click()
      await page.getByRole('heading', { level: 1, name: 'Review' }).waitFor()
      await page.getByRole('navigation').getByRole('link', { name: 'Classify' }).click()
      await card('dropped.jpg')
        .getByText(/Known: counted|It waits/)
        .waitFor()
      expect(await page.getByRole('article').count()).toBe(1)
    },
    minutes,
  )

  it(
    'sends every photo of many, more than are kept to be looked at, and tells the wall as it happens',
    async () => {
      const wall = await openConsole(browser, server.address, '/wall')
      const figure = (name: string) => wall.page.locator('dl > div').filter({ hasText: name })
      await start()
      const before = await counted()
      const buffer = await readFile(known)
      const many = Array.from({ length: 70 }, (_, i) => ({ name: `photo-${i}.jpg`, mimeType: 'image/jpeg', buffer }))
      await page.locator('input[type=file]').setInputFiles(many)
      await page.getByText(/photos of \d+ wait for an answer/).waitFor()
      await expect.poll(counted, { timeout: minutes }).toBe(before + many.length)
      await page.getByText('wait for an answer').waitFor({ state: 'detached' })
      expect(await page.getByRole('article').count()).toBeGreaterThanOrEqual(60)
      const known24 = (await hall.db.trashCounter.findMany()).reduce((sum, { totalCount }) => sum + totalCount, 0)
      await figure('Named in 24 hours').getByText(String(known24), { exact: true }).waitFor()
      expect(await seriousFindings(wall.page)).toEqual([])
      expect(wall.complaints).toEqual([])
      await wall.page.context().close()
    },
    2 * minutes,
  )

  it(
    'says which files cannot be read any more, and goes on with the others',
    async () => {
      await start()
      let letThrough = () => {}
      const held = new Promise<void>((resolve) => (letThrough = resolve))
      await page.route('**/graphql', async (route) => {
        if (route.request().headers()['content-type']?.startsWith('multipart/')) await held
        await route.continue()
      })
      const gone = ['gone-1.jpg', 'gone-2.jpg', 'gone-3.jpg'].map((name) => path.join(hall.folder, name))
      for (const file of gone) await copyFile(known, file)
      const last = path.join(hall.folder, 'last.jpg')
      await copyFile(known, last)
      // The first two are on their way; the others are read when it is their turn.
      await choose(known, unknown, ...gone, last)
      await card('gone-1.jpg').getByText('Waits to be sent').waitFor()
      for (const file of gone) await rm(file)
      letThrough()
      for (const file of gone)
        await card(path.basename(file)).getByRole('alert').getByText('no file that can be read').waitFor()
      await card('last.jpg').getByText('Known: counted').waitFor()
      expect(await page.getByText('It is sent again').count()).toBe(0)
    },
    minutes,
  )

  it(
    'keeps the photos that one person chose from the next one, also without https',
    async () => {
      const phone = async (name: string) => (await createToken(hall.db, command, { name, role: 'DEVICE' })).secret
      const secrets = [await phone('first phone'), await phone('second phone')]
      const signIn = async (secret: string | undefined) => {
        await page.getByLabel('Token').fill(secret ?? '')
        await page.keyboard.press('Enter')
        await page.getByRole('button', { name: 'Choose photos' }).waitFor()
      }
      // As phones of one network do, over plain HTTP.
      opened = await openConsole(browser, server.address.replace('127.0.0.1', elsewhere), '/classify')
      page = opened.page
      await signIn(secrets[0])
      // Neither the one that waits for its answer nor the one that has it.
      await choose(known)
      await card('known.jpg').getByText('Known: counted').waitFor()
      await page.route('**/graphql', (route) =>
        route.request().headers()['content-type']?.startsWith('multipart/') ? route.abort() : route.continue(),
      )
      await choose(unknown)
      await card('unknown.jpg').getByText('No connection: it is sent again').waitFor()
      const before = await counted()
      await page.getByRole('button', { name: 'Account and appearance' }).click()
      await page.getByRole('menuitem', { name: 'Sign out' }).click()
      await page.unroute('**/graphql')
      await signIn(secrets[1])
      expect(await page.getByRole('article').count()).toBe(0)
      // What waits is sent at once when the network is back: nothing does.
      await page.evaluate(() => dispatchEvent(new Event('online')))
      await choose(known)
      await card('known.jpg').getByText('Known: counted').waitFor()
      expect(await counted()).toBe(before + 1)
    },
    minutes,
  )
})
