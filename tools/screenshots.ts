/**
 * Pictures of every screen of a WasteX that runs: those of README.md, or with `--all` each at three widths, light and dark, to be
 * looked at. tools/screenshots.mjs reads the arguments.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { drawSamples } from '../demo/draw.js'
import { hasBrowser, openBrowser, openConsole, type Size, sizes } from '../test/support/browser.js'

interface Screen {
  readonly name: string
  /** Behind `#`. */
  readonly at: string
  /** Does what has to be done, and waits for what has to be there. */
  readonly ready: (page: Page) => Promise<unknown>
}

const heading = (name: string) => (page: Page) => page.getByRole('heading', { level: 1, name }).waitFor()

const screensOf = (photos: string[]): Screen[] => [
  {
    name: 'classify',
    at: '/classify',
    ready: async (page) => {
      await page.locator('input[type=file]').setInputFiles(photos)
      await page
        .locator('article h2')
        .nth(photos.length - 1)
        .waitFor()
    },
  },
  { name: 'review', at: '/review', ready: heading('Review') },
  { name: 'review-many', at: '/review?tab=many', ready: heading('Review') },
  { name: 'datasets', at: '/datasets', ready: heading('Datasets') },
  { name: 'training', at: '/training', ready: heading('Training') },
  { name: 'evaluation', at: '/evaluation', ready: heading('Evaluation') },
  { name: 'wall', at: '/wall', ready: (page) => page.getByText('Photos an hour').waitFor() },
]

async function take(browser: Browser, address: string, screen: Screen, file: string, size: Size, isDark: boolean) {
  const colorScheme = isDark ? 'dark' : 'light'
  const { page, complaints } = await openConsole(browser, address, screen.at, { size, colorScheme })
  await screen.ready(page)
  // Pictures in it and what moves into its place.
  await page.waitForLoadState('networkidle').catch(() => undefined)
  await page.waitForTimeout(800)
  const picture = await page.screenshot({ fullPage: screen.name !== 'wall' && size !== 'desk' })
  // A tenth of the bytes: they are kept in the repository.
  await sharp(picture).webp({ quality: 82 }).toFile(file)
  await page.context().close()
  console.log(file, ...complaints)
}

export async function takeScreenshots(address: string, into: string | undefined, isAll: boolean): Promise<void> {
  if (!hasBrowser) {
    console.error('There is no Chromium here. CHROMIUM names one.')
    process.exit(1)
  }
  const folder = path.resolve(into ?? (isAll ? 'data/screenshots' : 'docs/console'))
  await mkdir(folder, { recursive: true })
  const drawn = await mkdtemp(path.join(os.tmpdir(), 'wastex-drawn-'))
  const browser = await openBrowser()
  try {
    const samples = await drawSamples(drawn, { perClass: 0, classes: [], odd: 1, seed: 11 })
    const known = await drawSamples(drawn, { perClass: 1, seed: 12 })
    const screens = screensOf([samples[0], known[0]].flatMap((sample) => sample?.path ?? []))
    for (const screen of screens) {
      if (!isAll) {
        const isWall = screen.name === 'wall'
        await take(browser, address, screen, path.join(folder, `${screen.name}.webp`), isWall ? 'wide' : 'desk', isWall)
        continue
      }
      for (const size of Object.keys(sizes) as Size[])
        for (const isDark of [false, true]) {
          const file = path.join(folder, `${screen.name}-${sizes[size].width}-${isDark ? 'dark' : 'light'}.webp`)
          await take(browser, address, screen, file, size, isDark)
        }
    }
  } finally {
    await browser.close()
    await rm(drawn, { recursive: true })
  }
}
