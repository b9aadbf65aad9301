/** The console in a real browser, as people have it: phone or desk, light or dark. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page, type Route } from 'playwright-core'
import { findBrowser } from '../../tools/setup/browser.mjs'

const program = findBrowser()
/** Without one, tests of the console are skipped; the set-up says why. */
export const hasBrowser = program !== undefined

export const sizes = {
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 800 },
  wide: { width: 1920, height: 1080 },
} as const
export type Size = keyof typeof sizes

/** The host of a server on this machine, as a phone in the same network calls it. */
export const elsewhere = 'wastex.test'

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: program ?? '',
    // Chromium's own fence needs rights that containers do not give; the pages are ours.
    // A name that is not this machine's: to a browser, a page from there came over the network.
    args: ['--no-sandbox', '--disable-dev-shm-usage', `--host-resolver-rules=MAP ${elsewhere} 127.0.0.1`],
  })

export interface Opened {
  readonly page: Page
  /** What the page complained of: errors that nobody caught, and lines of its own log that say error. */
  readonly complaints: string[]
}

/** @param screen behind `#`: `/review` */
export async function openConsole(
  browser: Browser,
  address: string,
  screen: string,
  { size = 'desk', ...options }: BrowserContextOptions & { size?: Size } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: sizes[size],
    hasTouch: size === 'phone',
    // What fades in would be judged half faded.
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text())
  })
  await page.goto(`${address}/#${screen}`)
  return { page, complaints }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds serious or critical on the page as it is now: a line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.split('\n').at(-1)?.trim()}`,
      ),
    )
}

/** Whether an operator's decision is on its way. By its header: of a request's body Chromium says nothing now and then. */
export const isDecision = (route: Route): boolean => 'idempotency-key' in route.request().headers()
