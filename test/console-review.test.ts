/** The queue in the console: one photo at a time, by keys alone. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, isDecision, openBrowser, openConsole, seriousFindings } from './support/browser.js'
import { queuePhotos } from './support/queued-photos.js'
import { addVersion } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'

const hundred = Array.from({ length: 100 }, (_, i) => `photo-${i}.jpg`)
/** What the operator sees on it: the model is wrong about every third one, and takes paper for glass. */
const keyFor = (i: number) => (i % 3 === 0 ? '3' : 'Enter')

describe.skipIf(!hasBrowser)('the queue, by keys alone', () => {
  let server: TestServer
  let browser: Browser
  let page: Page
  let complaints: string[]
  beforeAll(async () => {
    ;[server, browser] = await Promise.all([startTestServer(), openBrowser()])
    await addVersion(server.db, 'v0', { glass: 1, metal: 1, paper: 1 })
    await queuePhotos(server, hundred)
    ;({ page, complaints } = await openConsole(browser, server.address, '/review'))
    page.setDefaultTimeout(10_000)
  })
  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  const shows = (filename: string) => page.getByAltText(`Photo to review: ${filename}`).waitFor()
  const image = (filename: string) => server.db.image.findFirstOrThrow({ where: { filename } })
  const labelOf = async (filename: string) => (await image(filename)).assignedLabel
  const outboxIsEmpty = () => page.evaluate(() => (sessionStorage.getItem('wastex.decisions.anybody') ?? '[]') === '[]')
  const deedsOf = async (filename: string) => {
    const { id } = await image(filename)
    const entries = await server.db.auditEntry.findMany({ where: { subjectId: id }, orderBy: { id: 'asc' } })
    return entries.map(({ action }) => action)
  }

  // Two minutes: what the console promises an operator.
  it(
    'labels a hundred photos, each loaded when it is looked at, in the order of the decisions',
    { timeout: 120_000 },
    async () => {
      const began = performance.now()
      for (const [i, filename] of hundred.entries()) {
        await shows(filename)
        await page.waitForFunction(() => document.querySelector<HTMLImageElement>('figure img')?.naturalWidth)
        await page.keyboard.press(keyFor(i))
      }
      await page.getByText('Nothing waits').waitFor()
      await expect.poll(() => server.db.image.count({ where: { staged: true } })).toBe(100)
      console.log(
        `A hundred labels by keys, looking at each photo: ${((performance.now() - began) / 1000).toFixed(1)} s`,
      )

      const entries = await server.db.auditEntry.findMany({ where: { action: 'LABEL' }, orderBy: { id: 'asc' } })
      const names = new Map((await server.db.image.findMany()).map(({ id, filename }) => [id, filename]))
      expect(entries.map(({ subjectId }) => names.get(subjectId))).toEqual(hundred)
      expect(entries.map(({ after }) => (after as { assignedLabel: string }).assignedLabel)).toEqual(
        hundred.map((_, i) => (keyFor(i) === 'Enter' ? 'glass' : 'paper')),
      )
      await page.getByText('100 done here').waitFor()
      expect(await seriousFindings(page)).toEqual([])
    },
  )

  it('hands out more photos when the server has caught up with a quick hand', { timeout: 60_000 }, async () => {
    const quick = Array.from({ length: 60 }, (_, i) => `quick-${i}.jpg`)
    await queuePhotos(server, quick)
    let letThrough = () => {}
    const held = new Promise<void>((resolve) => (letThrough = resolve))
    await page.route('**/graphql', async (route) => {
      if (isDecision(route)) await held
      await route.continue()
    })
    // As many as a desk has in hand.
    for (const filename of quick.slice(0, 50)) {
      await shows(filename)
      await page.keyboard.press('1')
    }
    await page.getByText('Your decisions are on their way').waitFor()
    letThrough()
    for (const filename of quick.slice(50)) {
      await shows(filename)
      await page.keyboard.press('1')
    }
    await page.getByText('Nothing waits').waitFor()
    await expect.poll(() => server.db.image.count({ where: { staged: true } })).toBe(160)
  })

  it('takes back what was decided, the last first, and the photo is there at once', async () => {
    await page.keyboard.press('u')
    await shows('quick-59.jpg')
    await page.keyboard.press('u')
    await shows('quick-58.jpg')
    await page.getByText('158 done here').waitFor()
    await expect.poll(() => labelOf('quick-58.jpg')).toBe(null)
    expect(await image('quick-58.jpg')).toMatchObject({ reviewed: false, staged: false })
    await page.keyboard.press('r')
    await shows('quick-59.jpg')
    // What was said last is seen, beside the photo that came next.
    await page.getByRole('tabpanel').getByText('Rejected', { exact: true }).waitFor()
    await page.getByText('undoes it').waitFor()
    await expect.poll(async () => (await image('quick-58.jpg')).rejected).toBe(true)
    await page.keyboard.press('1')
    await page.getByText('Nothing waits').waitFor()
  })

  it('looks at the others by arrows, and puts one off until the end', async () => {
    await queuePhotos(server, ['a.jpg', 'b.jpg', 'c.jpg'])
    await shows('a.jpg')
    // They come one after the other.
    await expect.poll(() => page.getByRole('list', { name: 'Photos in hand' }).getByRole('button').count()).toBe(3)
    await page.keyboard.press('ArrowRight')
    await shows('b.jpg')
    await page.keyboard.press('ArrowLeft')
    await shows('a.jpg')
    await page.keyboard.press('s')
    await shows('b.jpg')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await shows('a.jpg')
    expect(await seriousFindings(page)).toEqual([])
  })

  it('asks “Did you mean glass?” before a slip becomes a class', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('glsas')
    await page.getByRole('option', { name: 'Did you mean glass?' }).waitFor()
    await page.getByRole('option', { name: 'Make a new class glsas' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Enter')
    await shows('c.jpg')
    await expect.poll(() => labelOf('a.jpg')).toBe('glass')
  })

  it('makes a new class in place, which has a key from then on', async () => {
    await page.keyboard.press('n')
    await page.keyboard.type('textile')
    await page.keyboard.press('Enter')
    await shows('b.jpg')
    await expect.poll(() => labelOf('c.jpg')).toBe('textile')
    expect(await server.db.datasetClass.count({ where: { name: 'textile' } })).toBe(1)
    await page.getByRole('list', { name: 'Classes' }).getByRole('button', { name: 'textile' }).waitFor()
    const key = await page.getByRole('button', { name: 'textile' }).getAttribute('aria-keyshortcuts')
    await page.keyboard.press(key ?? '')
    await expect.poll(() => labelOf('b.jpg')).toBe('textile')
    expect(complaints).toEqual([])
  })

  it('leaves each class its key; for whoever wants it so, keys go by what is likely', async () => {
    await queuePhotos(server, ['steady.jpg'])
    await shows('steady.jpg')
    const names = async () => {
      const texts = await page.getByRole('list', { name: 'Classes' }).getByRole('button').allInnerTexts()
      return texts.map((text) => /[a-z]+/.exec(text)?.[0])
    }
    const turn = async () => {
      await page.keyboard.press('?')
      await page.getByLabel('A class keeps its key').click()
      await page.keyboard.press('Escape')
    }
    const steady = ['glass', 'metal', 'paper', 'textile']
    expect(await names()).toEqual(steady)
    await turn()
    await expect.poll(names).not.toEqual(steady)
    await turn()
    await expect.poll(names).toEqual(steady)
    await page.keyboard.press('Enter')
    await page.getByText('Nothing waits').waitFor()
  })

  it('says before what a label would change in the dataset, and what the next version would', async () => {
    const [id = ''] = await queuePhotos(server, ['known.jpg'])
    await shows('known.jpg')
    const { photoId } = await server.db.image.findUniqueOrThrow({ where: { id } })
    await addVersion(server.db, 'v1', { glass: 5, paper: 5 }, { isActive: true }, [
      { photoId, classLabel: 'metal', split: 'TEST' },
    ])
    await page.reload()
    await shows('known.jpg')
    await page.getByText('v1 has it already, as metal (test: only ever judged on).').waitFor()
    await page.keyboard.press('1')
    await expect.poll(() => labelOf('known.jpg')).not.toBe(null)
    await page.getByRole('tab', { name: /Staged/ }).click()
    await page.getByText(/of them is in v1 already, and keeps its split: 1 relabelled\./).waitFor()
    await page.getByRole('list', { name: 'Staged photos' }).getByText('metal').waitFor()
    // The only photo of metal is for testing, wherever it is labelled.
    await page.getByText('“metal” has no training photo').waitFor()
    await page.getByText('Nothing that is staged changes that.').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('tab', { name: 'One by one' }).click()
  })

  it('finds what was rejected again, and puts it back', async () => {
    await page.getByRole('tab', { name: 'Rejected' }).click()
    await page.getByRole('list', { name: 'Rejected photos' }).getByText('rejected').first().waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Put quick-58.jpg back into the queue' }).click()
    await page.getByText('Nothing was rejected').waitFor()
    await page.getByRole('tab', { name: 'One by one' }).click()
    await shows('quick-58.jpg')
    await page.keyboard.press('r')
    await page.getByText('Nothing waits').waitFor()
  })

  it('offers no class that a slip made, once it is taken back', async () => {
    await queuePhotos(server, ['slip.jpg'], { suggestedLabel: 'mtal', disputed: true })
    await shows('slip.jpg')
    await page.getByText('but “mtal”').waitFor()
    // What somebody else mistyped is on no key.
    expect(await page.getByRole('list', { name: 'Classes' }).getByRole('button', { name: 'mtal' }).count()).toBe(0)
    await page.keyboard.press('n')
    await page.keyboard.type('metl')
    await page.getByRole('option', { name: 'Make a new class metl' }).click()
    await expect.poll(() => labelOf('slip.jpg')).toBe('metl')
    await page.keyboard.press('u')
    await shows('slip.jpg')
    await page
      .getByRole('list', { name: 'Classes' })
      .getByRole('button', { name: 'metl' })
      .waitFor({ state: 'detached' })
    await page.keyboard.press('r')
    await page.getByText('Nothing waits').waitFor()
  })

  it('sends a decision again whose answer was lost, and it is done once', async () => {
    await queuePhotos(server, ['d.jpg', 'e.jpg'])
    await shows('d.jpg')
    let lost = 0
    await page.route('**/graphql', async (route) => {
      if (!isDecision(route) || lost > 0) return route.continue()
      await route.fetch()
      lost++
      await route.abort()
    })
    await page.keyboard.press('1')
    await shows('e.jpg')
    // The route stays: a request may hang for ever where one comes and goes.
    await expect.poll(() => lost).toBe(1)
    await expect.poll(outboxIsEmpty).toBe(true)
    expect([lost, await labelOf('d.jpg'), await deedsOf('d.jpg')]).toEqual([1, 'glass', ['LABEL']])
  })

  it('keeps decisions over a reload while the server cannot be reached', async () => {
    let isCut = true
    await page.route('**/graphql', (route) => (isCut && isDecision(route) ? route.abort() : route.continue()))
    await shows('e.jpg')
    await page.keyboard.press('1')
    await page.getByText('1 not sent yet').waitFor()
    expect(await labelOf('e.jpg')).toBe(null)
    // On whatever screen it is loaded anew.
    await page.goto(`${server.address}/#/datasets`)
    page.once('dialog', (dialog) => void dialog.accept())
    await page.reload()
    isCut = false
    await expect.poll(() => labelOf('e.jpg')).toBe('glass')
    await page.goto(`${server.address}/#/review`)
    expect(await deedsOf('e.jpg')).toEqual(['LABEL'])
  })

  it('says what the server would not do, also to whoever comes back later', async () => {
    const [id = ''] = await queuePhotos(server, ['f.jpg'])
    await shows('f.jpg')
    await server.db.image.update({ where: { id }, data: { addedToDataset: true } })
    let letThrough = () => {}
    const held = new Promise<void>((resolve) => (letThrough = resolve))
    await page.route('**/graphql', async (route) => {
      if (isDecision(route)) await held
      await route.continue()
    })
    await page.keyboard.press('1')
    // The answer comes while another screen is looked at.
    await page.goto(`${server.address}/#/datasets`)
    await page.getByRole('heading', { level: 1, name: 'Datasets' }).waitFor()
    const answered = page.waitForResponse((response) => 'idempotency-key' in response.request().headers())
    letThrough()
    await answered
    await page.goto(`${server.address}/#/review`)
    await page.getByRole('alert').getByText('1 decision could not be kept').waitFor()
    await page.getByText('A photo as “glass”').waitFor()
    expect(await seriousFindings(page)).toEqual([])
  })
})
