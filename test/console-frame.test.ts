/** The console as it is sent, and what everybody sees of it: its screens, and a line that breaks. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, type Opened, openBrowser, openConsole, seriousFindings } from './support/browser.js'
import { queuePhotos } from './support/queued-photos.js'
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

  it('a click that comes before the menu opens it when it comes; light and dark are chosen by keys', async () => {
    const page = await open(server.address, '/review')
    await page.getByRole('button', { name: 'Account and appearance' }).click()
    const chosen = page.getByRole('menuitemradio', { name: 'As the system' })
    await chosen.and(page.locator('[aria-checked=true]')).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await chosen.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Account and appearance' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitemradio', { name: 'Light' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor()
    await page.getByRole('button', { name: 'Account and appearance' }).and(page.locator(':focus')).waitFor()
    expect(opened?.complaints).toEqual([])
  })

  it('the first screen is there for less than 200 kB', async () => {
    const page = await open(server.address, '/review')
    await page.getByRole('heading', { level: 1, name: 'Review' }).waitFor()
    await page.getByRole('button', { name: 'Account and appearance' }).and(page.locator('[aria-haspopup]')).waitFor()
    const bytes = await page.evaluate(() => {
      const [screen] = performance.getEntriesByName('screen')
      if (!screen) throw new Error('The page does not say when its first screen was there.')
      return (
        [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
          // What comes when the browser is idle comes later.
          .filter(({ startTime }) => startTime <= screen.startTime)
          .filter(({ name }) => !name.includes('/graphql'))
          .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0)
      )
    })
    console.log(`The first screen takes ${(bytes / 1000).toFixed(0)} kB.`)
    // React alone is more than a quarter of it: whoever counts nothing sees it here.
    expect(bytes).toBeGreaterThan(mostAtFirst / 4)
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

  it('says when the server is away, and shows what came meanwhile when it is back', async () => {
    const falls = await startTestServer()
    const page = await open(falls.address, '/review')
    await page.getByText('Nothing waits').waitFor()
    await falls.close()
    await page.getByText('No connection').waitFor()
    const back = await startTestServer({ PORT: new URL(falls.address).port })
    try {
      await queuePhotos(back, ['meanwhile.jpg'])
      await page.getByAltText('Photo to review: meanwhile.jpg').waitFor()
      await expect.poll(() => page.getByText('No connection').count()).toBe(0)
    } finally {
      await back.close()
    }
  })

  it('says when the network of this device is off', async () => {
    const page = await open(server.address, '/classify')
    await page.getByText('No model serves yet').waitFor()
    await page.context().setOffline(true)
    await page.getByText('No connection').waitFor()
    await page.context().setOffline(false)
    await expect.poll(() => page.getByText('No connection').count()).toBe(0)
  })

  it('fetches a screen again that could not be fetched', async () => {
    let isAway = true
    let tries = 0
    const page = await open(server.address, '/classify')
    await page.route('**/assets/evaluation-screen*', (route) => {
      tries++
      return isAway ? route.abort() : route.continue()
    })
    await page.reload()
    await page.getByRole('navigation').getByRole('link', { name: 'Evaluation' }).click()
    await page.getByText('This could not be fetched').waitFor()
    expect(tries).toBeGreaterThan(0)
    expect(await seriousFindings(page)).toEqual([])
    isAway = false
    await page.getByRole('heading', { level: 1, name: 'Evaluation' }).waitFor()
    // With its styles: of those, too, the page asks anew.
    const sheets = () =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].map(({ sheet }) => sheet !== null),
      )
    await expect.poll(sheets).not.toContain(false)
  })
})
