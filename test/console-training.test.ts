import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser, openConsole, seriousFindings, sizes } from './support/browser.js'
import { type TestHall, openTestHall } from './support/hall.js'
import { type Line, openLine } from './support/line.js'
import { addRun } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { startTraining } from './support/trained.js'
import { briefly, drawVersion, hasTold, runWhen, startServerOf, weights } from './support/training.js'

const anEpoch = {
  stage: 'HEAD',
  epoch: 1,
  loss: 0.9,
  accuracy: 0.5,
  valLoss: 0.8,
  valAccuracy: 0.6,
  learningRate: 0.001,
  seconds: 1,
} as const
/** Seconds where nothing else is done on the machine. */
const timeout = 120_000

describe.skipIf(!hasBrowser)('the training screen', () => {
  let hall: TestHall
  let server: TestServer
  let line: Line
  let browser: Browser

  beforeAll(async () => {
    hall = await openTestHall(weights)
    ;[server, browser] = await Promise.all([startServerOf(hall), openBrowser()])
    line = await openLine(server.address)
  }, timeout)
  afterAll(async () => {
    await browser?.close()
    await line?.close()
    await server?.close()
    await hall?.close()
  })

  const idOf = async (name: string) => (await hall.db.trainingRun.findUniqueOrThrow({ where: { name } })).id
  const epochsOf = (name: string) => hall.db.runEpoch.findMany({ where: { run: { name } } })
  /** As soon as the run has more epochs than it had. */
  const grown = async (name: string) => {
    const before = (await epochsOf(name)).length
    const last = { stage: 'HEAD', epoch: before + 2 }
    await runWhen(hall, await idOf(name), (run) => hasTold(run, 'TrainingEpochCompleted', last))
  }
  /** The epochs of the table, as `Head 3`. */
  const listed = async (page: Page) => {
    const rows = await page
      .getByRole('table', { name: /^Epochs of/ })
      .getByRole('row')
      .all()
    const cells = await Promise.all(rows.slice(1).map((row) => row.getByRole('cell').allInnerTexts()))
    return cells.map(([stage, epoch]) => `${stage} ${epoch?.replace(/^(kept|best): /, '')}`).toSorted()
  }
  const inDatabase = async (name: string) =>
    (await epochsOf(name)).map(({ stage, epoch }) => `${stage === 'HEAD' ? 'Head' : 'Fine-tune'} ${epoch}`).toSorted()

  it('says where photos come from while there are none', { timeout }, async () => {
    const { page, complaints } = await openConsole(browser, line.address, '/training')
    await page.getByRole('heading', { name: 'There is nothing to learn from' }).waitFor()
    expect(await page.getByRole('button', { name: 'Start a training' }).count()).toBe(0)
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('link', { name: 'To the datasets' }).click()
    await page.waitForURL(/#\/datasets$/)
    expect(complaints).toEqual([])
    await page.context().close()
    await drawVersion(hall, 'v1', { perClass: 8 })
  })

  it(
    'starts a run, draws it as it learns, and misses no epoch by a reload, a lost network, or an end and a new beginning',
    { timeout },
    async () => {
      const { page, complaints } = await openConsole(browser, line.address, '/training?version=v1')
      const form = page.getByRole('dialog', { name: 'Start a training' })
      await form
        .getByRole('status', { name: 'What it will take' })
        .getByText(/views of its photos/)
        .waitFor()
      await form.getByText('Advanced').click()
      await form.getByLabel('Fine-tune: layers').fill('55')
      await form.getByText(/do not end on a block/).waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await form.getByLabel('Fine-tune: layers').fill('')
      // What is left empty is said.
      await expect.poll(() => form.getByLabel('Fine-tune: layers').getAttribute('placeholder')).toBe('60')
      expect(await form.getByLabel('Head: learning rate').getAttribute('placeholder')).toBe('0.001')
      // Goes on for as long as nobody stops it.
      const start = form.getByRole('button', { name: 'Start' })
      for (const [typed, said] of [
        ['-3', 'A whole number from 0 to 1,000.'],
        ['1.5', 'A whole number from 0 to 1,000.'],
      ] as const) {
        await form.getByLabel('Head: epochs').fill(typed)
        await form.getByText(said).waitFor()
        expect(await start.isDisabled()).toBe(true)
      }
      await form.getByLabel('Head: learning rate').fill('0')
      await form.getByText('A number above 0, at most 1: 0.001 or 1e-3.').waitFor()
      await form.getByLabel('Head: learning rate').fill('')
      await form.getByLabel('Head: epochs').fill('1000')
      await form.getByLabel('Fine-tune: epochs').fill('0')
      await form.getByLabel('Batch size').fill('1')
      await form.getByLabel('Early stopping').uncheck()
      await form.getByText('then 1,000 epochs at most').waitFor()
      await form.getByRole('button', { name: 'Start' }).click()

      await page.getByRole('heading', { level: 1, name: 'run-1' }).waitFor()
      const loss = page.getByRole('img', {
        name: /^Loss of run-1: training \d\.\d{3}, validation \d\.\d{3} after epoch \d+ of at most 1000/,
      })
      await loss.waitFor()
      expect(await seriousFindings(page)).toEqual([])

      await page.reload()
      await page.getByText('Every epoch in figures').click()
      await grown('run-1')
      await expect.poll(async () => (await listed(page)).length).toBeGreaterThan(2)

      // What was missed has to come by the events: the run is not read again.
      let letThrough = () => {}
      const held = new Promise<void>((resolve) => (letThrough = resolve))
      await page.route('**/graphql', async (route) => {
        if (route.request().postData()?.includes('query RunDetail')) await held
        await route.continue()
      })
      line.cut()
      await page.getByText('No connection').waitFor()
      await grown('run-1')
      const meanwhile = await inDatabase('run-1')
      line.mend()
      await page.getByText('no epoch is missing').waitFor()
      await expect.poll(() => listed(page)).toEqual(expect.arrayContaining(meanwhile))
      letThrough()

      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Cancel the run' }).click()
      await page.getByRole('button', { name: 'Resume' }).waitFor()
      expect(await listed(page)).toEqual(await inDatabase('run-1'))

      await page.getByRole('button', { name: 'Resume' }).click()
      await grown('run-1')
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Cancel the run' }).click()
      await page.getByText('Cancelled').first().waitFor()
      await expect.poll(() => listed(page)).toEqual(await inDatabase('run-1'))
      // What is cut is complained of by the browser itself.
      expect(complaints.filter((complaint) => !/ERR_|Failed to load/.test(complaint))).toEqual([])
      await page.context().close()
    },
  )

  it(
    'shows the run that is on to whoever comes by with a phone, and leads to what came of it',
    { timeout },
    async () => {
      const { id: versionId } = await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'v1' } })
      const earlier = await addRun(hall.db, 'earlier', versionId)
      await hall.db.runEpoch.create({ data: { ...anEpoch, runId: earlier.id } })
      const { name } = await startTraining(server.address, { datasetVersion: 'v1', ...briefly })
      const { page, complaints } = await openConsole(browser, line.address, '/training', {
        size: 'phone',
        colorScheme: 'dark',
      })
      await page.getByRole('heading', { level: 2, name }).waitFor()
      await page.getByRole('button', { name: 'Start a training' }).click()
      await page.getByRole('dialog').getByText('One at a time').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('link', { name: 'See its evaluation' }).waitFor({ timeout })
      expect(await page.getByRole('list', { name: `Phases of ${name}` }).innerText()).not.toContain('to come')
      await page.getByRole('row', { name: new RegExp(`${name}.*Completed`) }).waitFor()
      expect(await seriousFindings(page)).toEqual([])

      await page
        .getByRole('row', { name: new RegExp(name) })
        .getByRole('link')
        .click()
      await page.getByText('Every epoch in figures').click()
      expect(await listed(page)).toEqual(await inDatabase(name))
      // Of which epoch the weights are: the last that was better than all before it.
      const epochs = await epochsOf(name)
      const keptOf = (stage: string) =>
        epochs
          .filter((epoch) => epoch.stage === stage && epoch.best)
          .reduce((last, { epoch }) => Math.max(last, epoch), 0)
      const [head, tuned] = [keptOf('HEAD'), keptOf('FINE_TUNE')]
      expect(epochs.every(({ best }) => best !== null)).toBe(true)
      await page
        .getByText(`Kept: epoch ${tuned || head} of ${tuned ? '1 of the fine-tuning' : '3 of the head'}`)
        .waitFor()
      expect(await page.getByText('it was undone').count()).toBe(tuned ? 0 : 1)
      await page
        .getByRole('cell', { name: `kept: ${head}`, exact: true })
        .first()
        .waitFor()
      await page.getByText('Its files').click()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'history.csv' }).click(),
      ])
      expect(download.suggestedFilename()).toBe(`${name}-history.csv`)
      await page.getByLabel('Run behind the curves').selectOption('earlier')
      await page.getByText('earlier training 0.900').waitFor()
      expect(await seriousFindings(page)).toEqual([])
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(sizes.phone.width)
      expect(complaints).toEqual([])
    },
  )
})
