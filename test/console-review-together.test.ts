/** Review in the console by two at once, many photos at once, and the version made of what is staged. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import type { Role } from '../src/db.js'
import { hasBrowser, openBrowser, openConsole, seriousFindings, type Size } from './support/browser.js'
import { queuePhotos } from './support/queued-photos.js'
import { addVersion } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}.jpg`)

describe.skipIf(!hasBrowser)('two who review at once', () => {
  let server: TestServer
  let browser: Browser
  let anna: Page
  let ben: Page
  const complaints: string[] = []
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([startTestServer(), openBrowser()])
    await addVersion(server.db, 'v1', { glass: 5, paper: 5 }, { isActive: true })
    await queuePhotos(server, names('photo', 30))
    anna = await signedIn('anna', 'OPERATOR')
    ben = await signedIn('ben', 'TRAINER')
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  async function signedIn(name: string, role: Role, size: Size = 'desk'): Promise<Page> {
    const { secret } = await createToken(server.db, command, { name, role })
    const opened = await openConsole(browser, server.address, '/review', { size })
    opened.page.setDefaultTimeout(10_000)
    opened.page.on('pageerror', ({ message }) => complaints.push(message))
    await opened.page.getByLabel('Token').fill(secret)
    await opened.page.getByRole('button', { name: 'Sign in' }).click()
    await opened.page.getByRole('heading', { name: 'Review' }).waitFor()
    return opened.page
  }
  const strip = (page: Page) => page.getByRole('list', { name: 'Photos in hand' }).getByRole('button')
  const inHand = async (page: Page) => {
    await strip(page).first().waitFor()
    const said = await strip(page)
      .getByRole('img')
      .evaluateAll((photos) => photos.map((photo) => photo.getAttribute('alt') ?? ''))
    return said.map((label) => label.split(': ').at(-1) ?? '')
  }
  const grid = (page: Page) => page.getByRole('list', { name: 'Photos of the queue' }).getByRole('button')
  const labelled = (classLabel: string) => server.db.image.count({ where: { assignedLabel: classLabel } })

  it('never have the same photo in hand', async () => {
    const [hers, his] = await Promise.all([inHand(anna), inHand(ben)])
    // A few each: whoever comes later finds some, too.
    expect(hers).toHaveLength(8)
    expect(his).toHaveLength(8)
    expect(new Set([...hers, ...his])).toEqual(new Set(names('photo', 16)))
  })

  it('see what the other does as it happens', async () => {
    await ben.getByText('30 waiting').waitFor()
    for (let i = 0; i < 5; i++) await anna.keyboard.press('1')
    await expect.poll(() => labelled('glass')).toBe(5)
    await ben.getByText('25 waiting').waitFor()
    await ben.getByText('anna did 5').waitFor()
    await anna.keyboard.press('u')
    await ben.getByText('26 waiting').waitFor()
  })

  it('leave each other’s photos alone among many at once', async () => {
    await ben.getByRole('tab', { name: 'Many at once' }).click()
    await grid(ben).first().waitFor()
    const seenAsHers = () => ben.getByText('anna has it in hand').count()
    await expect.poll(async () => (await inHand(anna)).length - (await seenAsHers())).toBe(0)
    await ben.keyboard.press('a')
    await ben.getByText(`${26 - (await seenAsHers())} photos selected`).waitFor()
    expect(await seriousFindings(ben)).toEqual([])
    await ben.keyboard.press('Escape')
  })

  it('what one leaves is the other’s', async () => {
    await anna.goto(`${server.address}/#/wall`)
    await expect.poll(() => ben.getByText('anna has it in hand').count()).toBe(0)
    expect(await grid(ben).count()).toBe(26)
  })

  it('a claim that has run out keeps nobody from a photo, though nobody is told of its end', async () => {
    const { id } = await server.db.accessToken.findFirstOrThrow({ where: { name: 'anna' } })
    const page = await ben.context().newPage()
    await page.clock.install()
    const free = await server.db.image.findFirstOrThrow({ where: { reviewed: false }, orderBy: { id: 'desc' } })
    const inHand = { claimedById: id, claimedDesk: 'gone', claimedUntil: new Date(Date.now() + 3_000) }
    await server.db.image.update({ where: { id: free.id }, data: inHand })
    await page.goto(`${server.address}/#/review?tab=many`)
    await page.getByText('anna has it in hand').waitFor()
    // Twice: first it is seen for how long, then that it is over.
    for (let looks = 0; looks < 2; looks++) await page.clock.runFor(125_000)
    await expect.poll(() => page.getByText('anna has it in hand').count()).toBe(0)
    await page.close()
  })

  it('many are chosen by keyboard, and get one label', async () => {
    const cell = (i: number) => ben.locator(`[data-index="${i}"]`)
    await cell(0).focus()
    await ben.keyboard.press('ArrowRight')
    await ben.keyboard.press('Space')
    for (let i = 0; i < 3; i++) await ben.keyboard.press('ArrowRight')
    await ben.keyboard.press('Shift+Space')
    await ben.getByText('4 photos selected').waitFor()
    await ben.keyboard.press('2')
    await ben.getByText('4 photos: labelled “paper”.').waitFor()
    await expect.poll(() => labelled('paper')).toBe(4)
    await expect.poll(() => grid(ben).count()).toBe(22)
    // The keyboard is where it was, and goes on from there.
    await expect.poll(() => ben.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('4')
    await ben.keyboard.press('u')
    await expect.poll(() => labelled('paper')).toBe(0)
    await expect.poll(() => grid(ben).count()).toBe(26)
    await cell(0).click()
    await cell(9).click({ modifiers: ['Shift'] })
    await ben.keyboard.press('/')
    await ben.keyboard.type('textile')
    await ben.keyboard.press('Enter')
    await expect.poll(() => labelled('textile')).toBe(10)
    await cell(0).click()
    await ben.keyboard.press('r')
    await expect.poll(() => server.db.image.count({ where: { rejected: true } })).toBe(1)
  })

  it('asks for a kind of photo, and keeps it in the address', async () => {
    await queuePhotos(server, ['disputed.jpg'], { topPrediction: 'metal', oodReasons: ['NOVELTY'] })
    await ben.getByLabel('Reason').selectOption('NOVELTY')
    await expect.poll(() => grid(ben).count()).toBe(1)
    expect(ben.url()).toContain('#/review?tab=many&reason=NOVELTY')
    await ben.getByLabel('Class that the model predicted').selectOption('glass')
    await ben.getByText('No photo is like that').waitFor()
    await ben.getByRole('button', { name: 'Show all of the queue' }).click()
    await expect.poll(() => grid(ben).count()).toBe(16)
  })

  it('makes the next version of what is staged, after one was put back; the wall and the other’s screen see it', async () => {
    // Anna sits at the wall, and looks at what is staged in another tab.
    const figure = (name: string) => anna.locator('dl > div').filter({ hasText: name }).locator('dd span').first()
    const hers = await anna.context().newPage()
    hers.on('pageerror', ({ message }) => complaints.push(message))
    await hers.goto(`${server.address}/#/review?tab=staged`)
    await expect.poll(() => hers.getByRole('list', { name: 'Staged photos' }).getByRole('button').count()).toBe(14)
    await expect.poll(() => figure('Staged').innerText()).toBe('14')
    expect(await figure('Wait for review').innerText()).toBe('16')
    await ben.getByRole('tab', { name: /Staged · 14/ }).click()
    await ben.getByText('10 photos of v1, and 14 staged photos: 10 textile (a new class), 4 glass.').waitFor()
    expect(await seriousFindings(ben)).toEqual([])
    await ben
      .getByRole('button', { name: /^Put photo-.* back/ })
      .first()
      .click()
    await ben.getByText('and 13 staged photos').waitFor()
    await ben.getByLabel('Notes').fill('Textiles from the market')
    await ben.getByRole('button', { name: 'Make version v2' }).click()
    await ben.getByRole('link', { name: 'Train with v2' }).waitFor()
    await expect.poll(() => figure('Staged').innerText()).toBe('0')
    expect(await figure('Wait for review').innerText()).toBe('17')
    await hers.getByText('Nothing is staged').waitFor()
    await hers.close()
    const version = await server.db.datasetVersion.findUniqueOrThrow({ where: { name: 'v2' } })
    expect(version).toMatchObject({ totalImages: 23, isActive: true, notes: 'Textiles from the market' })
    await ben.getByRole('link', { name: 'Train with v2' }).click()
    await expect.poll(() => ben.url()).toContain('#/training?version=v2')
  })

  it('an operator sees what is staged, and that a trainer makes the version', async () => {
    await anna.goto(`${server.address}/#/review?tab=staged`)
    await anna.getByText('Nothing is staged').waitFor()
    expect(await anna.getByRole('button', { name: /Make version/ }).count()).toBe(0)
  })

  it('works by thumb on a phone', async () => {
    const phone = await signedIn('phone', 'OPERATOR', 'phone')
    const first = phone.getByRole('list', { name: 'Classes' }).getByRole('button').first()
    await first.waitFor()
    const box = await first.boundingBox()
    expect(box && box.height >= 44 && box.y + box.height < 784).toBe(true)
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(390)
    const before = await labelled('glass')
    await first.tap()
    await expect.poll(() => labelled('glass')).toBe(before + 1)
    expect(await seriousFindings(phone)).toEqual([])
    expect(complaints).toEqual([])
  })
})
