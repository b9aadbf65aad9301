/** Who looks at the console: signing in and out, a token that is revoked, and one person after another on the same page. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../src/access/doer.js'
import { createToken, revokeToken } from '../src/access/tokens.js'
import type { Role } from '../src/db.js'
import {
  elsewhere,
  hasBrowser,
  isDecision,
  type Opened,
  openBrowser,
  openConsole,
  seriousFindings,
} from './support/browser.js'
import { type Line, openLine } from './support/line.js'
import { queuePhotos } from './support/queued-photos.js'
import { startTestServer, type TestServer } from './support/server.js'

describe.skipIf(!hasBrowser)('who looks', () => {
  let server: TestServer
  let line: Line
  let browser: Browser
  let opened: Opened
  let page: Page
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([startTestServer(), openBrowser()])
    line = await openLine(server.address)
    await createToken(server.db, command, { name: 'whoever runs it', role: 'ADMIN' })
  })
  afterEach(() => opened.page.context().close())
  afterAll(async () => {
    await browser.close()
    await line.close()
    await server.close()
  })

  const tokenFor = async (name: string, role: Role) => (await createToken(server.db, command, { name, role })).secret
  const open = async (screen: string) => {
    opened = await openConsole(browser, line.address, screen)
    page = opened.page
    page.setDefaultTimeout(10_000)
  }
  const signIn = async (secret: string) => {
    // The field has the focus: one pastes, and presses Enter.
    await page.getByLabel('Token').and(page.locator(':focus')).waitFor()
    await page.keyboard.insertText(secret)
    await page.keyboard.press('Enter')
  }
  const signInScreen = () => page.getByRole('heading', { name: 'Sign in to WasteX' })
  const signOut = async () => {
    await page.getByRole('button', { name: 'Account and appearance' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
  }

  it('asks for a token where the server does, and shows what its role may do', async () => {
    const secret = await tokenFor('a phone', 'DEVICE')
    await open('/review')
    await signInScreen().waitFor()
    expect(await page.title()).toBe('Sign in · WasteX')
    expect(await seriousFindings(page)).toEqual([])
    await page.getByLabel('Token').fill('wastex_wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This token is unknown, was revoked, or has expired.').waitFor()
    await page.getByLabel('Token').fill(secret)
    await page.keyboard.press('Enter')
    await page.getByText('There is no such page').waitFor()
    expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual(['Classify'])
    // Every tab of the browser is one person's.
    const other = await page.context().newPage()
    await other.goto(`${line.address}/#/classify`)
    await other.getByRole('heading', { level: 1, name: 'Classify' }).waitFor()
    await signOut()
    await signInScreen().waitFor()
    await other.getByRole('heading', { name: 'Sign in to WasteX' }).waitFor()
  })

  it('works over plain HTTP from elsewhere, where a browser keeps much from a page', async () => {
    const secret = await tokenFor('in the network', 'OPERATOR')
    const [id = ''] = await queuePhotos(server, ['there.jpg'])
    opened = await openConsole(browser, line.address.replace('127.0.0.1', elsewhere), '/review')
    page = opened.page
    page.setDefaultTimeout(10_000)
    await signIn(secret)
    await page.getByAltText('Photo to review: there.jpg').waitFor()
    expect(await page.evaluate(() => isSecureContext)).toBe(false)
    await page.keyboard.press('r')
    await expect.poll(() => server.db.image.findUniqueOrThrow({ where: { id } })).toMatchObject({ rejected: true })
    await page.reload()
    await page.getByText('Nothing waits').waitFor()
    // A photo gets as far as anywhere else: no model serves here.
    await page.getByRole('link', { name: 'Classify', exact: true }).click()
    await page.getByText('No model serves yet').waitFor()
    expect(opened.complaints.filter((complaint) => !complaint.includes('401'))).toEqual([])
  })

  it('says so when one cannot be signed out', async () => {
    const secret = await tokenFor('stuck', 'OPERATOR')
    await open('/review')
    await signIn(secret)
    await page.getByText('Nothing waits').waitFor()
    // The menu is a part of the page that comes when it is wanted, or when there is time.
    await page.getByRole('button', { name: 'Account and appearance' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
    line.cut()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByText('the server does not answer. Try again').waitFor()
    line.mend()
    expect(await signInScreen().count()).toBe(0)
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await signInScreen().waitFor()
  })

  it('asks anew as soon as the token is revoked, without a click', async () => {
    const secret = await tokenFor('for a day', 'OPERATOR')
    await open('/review')
    await signIn(secret)
    await page.getByText('Nothing waits').waitFor()
    await revokeToken(server.db, command, 'for a day', async () => undefined)
    await signInScreen().waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
  })

  it('keeps what one person decided from being sent as another', async () => {
    const [anna, ben] = [await tokenFor('anna', 'OPERATOR'), await tokenFor('ben', 'OPERATOR')]
    const [hers = ''] = await queuePhotos(server, ['hers.jpg'])
    await open('/review')
    await signIn(anna)
    await page.getByAltText('Photo to review: hers.jpg').waitFor()
    let isHeld = true
    await page.route('**/graphql', (route) => (isHeld && isDecision(route) ? route.abort() : route.continue()))
    await page.keyboard.press('Enter')
    await page.getByText('1 not sent yet').waitFor()
    await revokeToken(server.db, command, 'anna', async () => undefined)
    await signInScreen().waitFor()
    isHeld = false
    await signIn(ben)
    // Hers is in her hand until her lease runs out. Whatever he sends comes after what would have waited.
    const [his = ''] = await queuePhotos(server, ['his.jpg'])
    await page.getByAltText('Photo to review: his.jpg').waitFor()
    expect(await page.getByText('not sent yet').count()).toBe(0)
    await page.keyboard.press('r')
    await expect.poll(() => server.db.image.findUniqueOrThrow({ where: { id: his } })).toMatchObject({ rejected: true })
    const deeds = await server.db.auditEntry.findMany({ where: { subjectId: { in: [hers, his] } } })
    expect(deeds.map(({ action, actorName, subjectId }) => [action, actorName, subjectId])).toEqual([
      ['REJECT', 'ben', his],
    ])
  })
})
