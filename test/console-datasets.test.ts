/** Photos from the disk become versions, and are looked at, in a real browser: imported, counted, filtered, compared. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { drawSamples } from '../demo/draw.js'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import { createVersion } from '../src/versions/create-version.js'
import { changingVersions } from '../src/versions/one-at-a-time.js'
import { hasBrowser, type Opened, openBrowser, openConsole, seriousFindings } from './support/browser.js'
import { by } from './support/doer.js'
import { drawnPhoto, withComment } from './support/drawn-photo.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { openLine } from './support/line.js'
import { queuePhotos } from './support/queued-photos.js'
import { addImage, addVersion } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { startServerOf } from './support/training.js'

/** Seconds where nothing else is done on the machine. */
const timeout = 90_000
/** Photos of a camera: reading them takes long enough to be watched. */
const large = { width: 4_000, height: 3_000 }
const largePhotos = 40

describe.skipIf(!hasBrowser)('the datasets screen', () => {
  let hall: TestHall
  let server: TestServer
  let browser: Browser
  let opened: Opened
  let page: Page

  beforeAll(async () => {
    hall = await openTestHall()
    ;[server, browser] = await Promise.all([startServerOf(hall), openBrowser()])
    await drawSamples(path.join(hall.folder, 'photos'), { perClass: 10, classes: ['bottle', 'can', 'paper'], seed: 1 })
    const many = path.join(hall.folder, 'photos', 'cups')
    await mkdir(many)
    const cup = await drawnPhoto(77, large)
    const files = Array.from({ length: largePhotos }, (_, i) => ({ name: `${i}.jpg`, bytes: withComment(cup, `${i}`) }))
    await Promise.all(files.map(({ name, bytes }) => writeFile(path.join(many, name), bytes)))
    await writeFile(path.join(many, 'again.jpg'), withComment(cup, '0'))
    await writeFile(path.join(many, 'broken.jpg'), 'no photo')
  }, timeout)
  let letGo = () => {}
  afterEach(async () => {
    letGo()
    await opened.page.context().close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await hall?.close()
  })

  const open = async (screen: string, options?: Parameters<typeof openConsole>[3]) => {
    opened = await openConsole(browser, server.address, screen, options)
    page = opened.page
  }
  /** What the list of photos says it shows, as soon as it does. */
  const shows = (words: string) => page.getByRole('status').getByText(words, { exact: true }).waitFor()
  const photos = (of: string) => page.getByRole('list', { name: of }).getByRole('button')
  const rowOf = async (classLabel: string) => {
    const row = page.getByRole('table', { name: /^Photos of each class/ }).getByRole('row', { name: classLabel })
    return (await row.getByRole('cell').allInnerTexts()).filter((text) => text !== '')
  }

  it('keeps what is typed for the first import while news is looked for', { timeout }, async () => {
    const line = await openLine(server.address)
    try {
      await open('/datasets')
      await page.goto(`${line.address}/#/datasets`)
      const folder = page.getByLabel('Folder on the server')
      await folder.fill('/half a pa')
      line.cut()
      await page.getByText('No connection').waitFor()
      const asked = page.waitForResponse(async (response) => (await response.text()).includes('datasetVersions'))
      line.mend()
      await asked
      await page.getByText('No connection').waitFor({ state: 'detached' })
      expect(await folder.inputValue()).toBe('/half a pa')
    } finally {
      await opened.page.context().close()
      await line.close()
    }
  })

  it(
    'imports the first photos: says where they may lie, how far it is, also after a reload, and what was left out',
    { timeout },
    async () => {
      await open('/datasets')
      await page.getByRole('heading', { name: 'There is no version yet' }).waitFor()
      expect(await seriousFindings(page)).toEqual([])
      const folder = page.getByLabel('Folder on the server')
      await folder.fill('/etc')
      await page.keyboard.press('Enter')
      await page.getByText('There is no folder “/etc” that may be imported.').waitFor()
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('path')

      // It is read, and not made, as long as another version is in the making.
      const making = changingVersions(hall.db, () => new Promise<void>((resolve) => (letGo = resolve)))
      await page.keyboard.press('ControlOrMeta+a')
      await page.keyboard.type(path.join(hall.folder, 'photos'))
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Importing v1' }).waitFor()
      await page.getByText(/^\d+ of 72 files$/).waitFor()
      await page.getByText('All read.').waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await page.reload()
      await page.getByRole('heading', { name: 'Importing v1' }).waitFor()
      await page.getByText('All read.').waitFor()
      letGo()
      await making
      await page.getByRole('heading', { name: 'v1 is there' }).waitFor({ timeout })
      await page.getByText('70 photos of 4 classes. 72 files read, 2 left out: 1 refused, 1 duplicate.').waitFor()
      await page.getByText('No usable photos').click()
      await page.getByText('cups/broken.jpg').waitFor()
      expect(await seriousFindings(page)).toEqual([])
      expect(await hall.db.datasetVersion.count()).toBe(1)
      await page.getByRole('link', { name: 'Look at v1' }).click()
      await page.getByRole('heading', { level: 2, name: 'v1' }).waitFor()
      expect((await rowOf('bottle')).at(-1)).toBe('10')
      // Near copies are never in two splits.
      expect((await rowOf('cups')).toSorted()).toEqual(['0', '0', '40', '40'])
    },
  )

  it('shows what a version brought, by class and by split, each photo large', { timeout }, async () => {
    await hall.db.datasetClass.create({ data: { name: 'textile', key: 'textile' } })
    const staged = { reviewed: true, staged: true, assignedLabel: 'textile', topPrediction: 'can' }
    await queuePhotos(server, ['shirt.jpg', 'sock.jpg', 'hat.jpg'], staged)
    const { photo } = await hall.db.versionEntry.findFirstOrThrow({
      where: { classLabel: 'can' },
      include: { photo: true },
    })
    const known = await addImage(hall.db, { ...staged, filename: 'known.jpg', assignedLabel: 'bottle' })
    await hall.db.image.update({ where: { id: known.id }, data: { photoId: photo.id } })
    await createVersion(server, by, { name: 'v2' })

    await open('/datasets')
    const versions = page.getByRole('navigation', { name: 'Versions' }).getByRole('link')
    await versions.first().waitFor()
    expect(await versions.allInnerTexts()).toEqual([
      expect.stringMatching(/^v2\s*active\s*\+3\s*73 photos, just now\s*, made from v1$/),
      expect.stringMatching(/^v1\s*70 photos, .*\s*, imported$/),
    ])
    expect(await versions.first().getAttribute('aria-current')).toBe('page')
    await shows('73 photos')
    await page.getByLabel('Added in this version').check()
    await shows('3 photos')
    await page.getByLabel('Class').selectOption('bottle')
    await page.getByText('This version has no such photos.').waitFor()
    await page.getByLabel('Class').selectOption('textile')
    await page.reload()
    await shows('3 photos')

    await photos('Photos of v2').first().press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('review: it came in').waitFor()
    await dialog.getByText('1 of 3').waitFor()
    await page.keyboard.press('ArrowRight')
    await dialog.getByText('2 of 3').waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await dialog.getByText('3 of 3').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })

    await page.getByLabel('Added in this version').uncheck()
    await page.getByRole('button', { name: 'cups' }).click()
    await shows('40 photos')
    await page.getByRole('radiogroup', { name: 'Split' }).getByText('Train').click()
    await expect.poll(() => page.url()).toContain('split=TRAIN')
    await shows(`${(await rowOf('cups'))[0]} photos`)
    expect(opened.complaints).toEqual([])
  })

  it('shows what sets two versions apart as photos, on a phone, too', { timeout }, async () => {
    await open('/datasets/v2?show=difference', { size: 'phone', colorScheme: 'dark' })
    await photos('Photos that only v2 has').nth(2).waitFor()
    expect(await photos('Photos that only v2 has').count()).toBe(3)
    const changes = page.getByRole('table', { name: /^Photos of each class in v1 and in v2/ }).getByRole('row')
    expect((await changes.allInnerTexts()).map((row) => row.split(/\s+/))).toEqual([
      ['Class', 'v1', 'v2', 'change'],
      ['bottle', '10', '11', '+1'],
      ['can', '10', '9', '−1'],
      ['textile', '0', '3', '+3'],
    ])
    await page.getByText('Relabelled 1').click()
    await photos('Photos that v2 labels otherwise than v1').filter({ hasText: 'can now bottle' }).waitFor()
    await page.getByText('Removed 0').click()
    await page.getByText('Photos that only v1 has: none.').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    expect(opened.complaints).toEqual([])
  })

  it('makes another version the active one, after a word on what that means', { timeout }, async () => {
    await open('/datasets/v1')
    await page.getByRole('button', { name: 'Make active' }).press('Enter')
    await page.getByText('What serves, and what has been trained, stays as it is.').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Make v1 active' }).press('Enter')
    await page.getByText('Active:').waitFor()
    await page.getByRole('link', { name: /^v1\s*active/ }).waitFor()
    expect(await hall.db.datasetVersion.findFirst({ where: { isActive: true } })).toMatchObject({ name: 'v1' })
    expect(await page.getByRole('link', { name: 'Start a training' }).getAttribute('href')).toBe(
      '#/training?version=v1',
    )
    expect(opened.complaints).toEqual([])
  })

  it(
    'scrolls to the last of many photos, and has never more of them in the page than are seen',
    { timeout },
    async () => {
      await addVersion(hall.db, 'long', { glass: 1_000 })
      await open('/datasets/long')
      const list = page.getByRole('list', { name: 'Photos of long' })
      await list.waitFor()
      const last = list.locator('[aria-posinset="1000"]')
      let most = 0
      await page.mouse.move(900, 600)
      await expect
        .poll(
          async () => {
            await page.mouse.wheel(0, 2_000)
            most = Math.max(most, await list.getByRole('listitem').count())
            return last.isVisible()
          },
          { timeout, interval: 20 },
        )
        .toBe(true)
      expect(most).toBeLessThan(100)
      await last.getByRole('button').press('Enter')
      await page.getByRole('dialog').getByText('1,000 of 1,000').waitFor()
      // Their files are not there, and the server says so.
      expect(opened.complaints.filter((line) => !line.includes('404'))).toEqual([])
    },
  )

  it('says when the server is away, and shows what was asked for as soon as it is back', { timeout }, async () => {
    const line = await openLine(server.address)
    try {
      await open('/datasets/v2')
      await page.goto(`${line.address}/#/datasets/v2`)
      await shows('73 photos')
      line.cut()
      await page.getByText('No connection').waitFor()
      await page.getByRole('link', { name: /^v1/ }).first().click()
      await page.getByText('Offline').waitFor()
      line.mend()
      await page.getByRole('heading', { level: 2, name: 'v1' }).waitFor()
      await shows('70 photos')
      expect(await page.getByText('Offline').count()).toBe(0)
    } finally {
      await opened.page.context().close()
      await line.close()
    }
  })

  it('shows an operator what there is, and offers nothing that only a trainer may do', { timeout }, async () => {
    const { secret } = await createToken(hall.db, command, { name: 'desk 1', role: 'OPERATOR' })
    await open('/datasets/v2')
    await page.getByLabel('Token').fill(secret)
    await page.keyboard.press('Enter')
    await shows('73 photos')
    for (const name of ['Import photos', 'Make active', 'Start a training'])
      expect(await page.getByText(name, { exact: true }).count()).toBe(0)
  })
})
