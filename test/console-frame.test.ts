/** The console as it is sent, and what everybody sees of it: signing in, what one may do, a line that breaks. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createToken } from '../src/access/tokens.js'
import { command } from '../src/access/doer.js'
import { hasBrowser, type Opened, openBrowser, openConsole, seriousFindings } from './support/browser.js'
import { startTestServer, type TestServer } from './support/server.js'

/** Bytes over the line until the first screen is there. */
const mostAtFirst = 200_000

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

describe('the console', () => {
  it('is one page, and its parts are kept for ever by their names', async () => {
    const page = await fetch(server.address)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const text = await page.text()
    const parts = [...text.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, address]) => address ?? '')
    expect(parts.length).toBeGreaterThan(1)
    for (const address of parts) {
      const part = await fetch(`${server.address}${address}`)
      expect(part.status).toBe(200)
      expect(part.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      const again = await fetch(`${server.address}${address}`, {
        headers: { 'if-none-match': part.headers.get('etag') ?? '' },
      })
      expect(again.status).toBe(304)
    }
  })

  it('lets nothing in from elsewhere', async () => {
    const rules = (await fetch(server.address)).headers.get('content-security-policy')
    expect(rules).toContain("default-src 'none'; script-src 'self'")
    expect(rules).toContain("frame-ancestors 'none'")
    expect((await (await fetch(server.address)).text()).replaceAll('http://www.w3.org', '')).not.toMatch(/https?:\/\//)
  })

  it('is asked by name, and nothing else lies there', async () => {
    for (const address of ['/assets/', '/assets/nothing.js', '/index.html', '/assets/..%2f..%2fpackage.json'])
      expect((await fetch(`${server.address}${address}`)).status).toBe(404)
    const head = await fetch(server.address, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })
})

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser
  let opened: Opened | undefined
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterEach(async () => {
    await opened?.page.context().close()
    opened = undefined
  })
  afterAll(() => browser.close())

  const open = async (address: string, screen: string, options?: Parameters<typeof openConsole>[3]) =>
    (opened = await openConsole(browser, address, screen, options)).page

  it('the first screen is there for less than 200 kB', async () => {
    const page = await open(server.address, '/review')
    await page.getByRole('heading', { level: 1, name: 'Review' }).waitFor()
    await page.getByRole('button', { name: 'Account and appearance' }).and(page.locator('[aria-haspopup]')).waitFor()
    const bytes = await page.evaluate(() =>
      [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        // What comes when the browser is idle comes later.
        .filter(({ startTime }) => startTime <= (performance.getEntriesByName('screen')[0]?.startTime ?? 0))
        .filter(({ name }) => !name.includes('/graphql'))
        .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    )
    console.log(`The first screen takes ${(bytes / 1000).toFixed(0)} kB.`)
    expect(bytes).toBeLessThan(mostAtFirst)
    expect(opened?.complaints).toEqual([])
  })

  it.each(['phone', 'desk'] as const)('goes to every screen by its links, on a %s', async (size) => {
    const page = await open(server.address, '/classify', { size, colorScheme: size === 'phone' ? 'dark' : 'light' })
    for (const name of ['Review', 'Datasets', 'Training', 'Evaluation', 'Classify']) {
      await page.getByRole('navigation').getByRole('link', { name }).click()
      await page.getByRole('heading', { level: 1, name }).waitFor()
    }
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('navigation').getByRole('link', { name: 'Wall' }).click()
    await page.getByText('No model serves yet').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(opened?.complaints).toEqual([])
  })

  it('says when the server is away, and catches up when it is back', async () => {
    const falls = await startTestServer()
    const page = await open(falls.address, '/review')
    await page.getByRole('heading', { level: 1, name: 'Review' }).waitFor()
    await falls.close()
    await page.getByText('No connection').waitFor()
    const back = await startTestServer({ PORT: new URL(falls.address).port })
    await page.getByText('No connection').waitFor({ state: 'detached' })
    expect(await page.getByText('Nothing waits').or(page.getByText('waiting')).count()).toBeGreaterThan(0)
    await back.close()
  })

  it('asks for a token where the server does, and shows what its role may do', async () => {
    const guarded = await startTestServer()
    const { secret } = await createToken(guarded.db, command, { name: 'a phone', role: 'DEVICE' })
    try {
      const page = await open(guarded.address, '/review')
      await page.getByRole('heading', { name: 'Sign in to WasteX' }).waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await page.getByLabel('Token').fill('wastex_wrong')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('This token is unknown or was revoked.').waitFor()
      await page.getByLabel('Token').fill(secret)
      await page.keyboard.press('Enter')
      await page.getByText('There is no such page').waitFor()
      const names = await page.getByRole('navigation').getByRole('link').allInnerTexts()
      expect(names).toEqual(['Classify'])
      await page.getByRole('button', { name: 'Account and appearance' }).click()
      await page.getByRole('menuitem', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Sign in to WasteX' }).waitFor()
    } finally {
      await guarded.close()
    }
  })
})
