/** The evaluation screen, on runs whose every answer is known; a real pair is promoted in `evaluation-photos.test.ts`. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import type { TrainingRun } from '../src/db.js'
import { evaluate } from '../src/evaluation/metrics.js'
import { markActive } from '../src/promotion/mark.js'
import { type TrainingRow, trainingRows } from '../src/versions/training-rows.js'
import { hasBrowser, openBrowser, openConsole, seriousFindings, sizes } from './support/browser.js'
import { by } from './support/doer.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addJudgedRun } from './support/judged-run.js'
import { addRun, addVersion } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { drawVersion, startServerOf } from './support/training.js'

const classLabels = ['bottle', 'box', 'can', 'paper']
const next = (label: string) => classLabels[(classLabels.indexOf(label) + 1) % classLabels.length] ?? ''

describe.skipIf(!hasBrowser)('the evaluation screen', () => {
  let hall: TestHall
  let server: TestServer
  let browser: Browser
  let versionId: number
  let photos: TrainingRow[]
  let first: TrainingRun
  const none = () => openConsole(browser, server.address, '/evaluation')
  const open = (run: string, options?: Parameters<typeof openConsole>[3]) =>
    openConsole(browser, server.address, `/evaluation/${run}`, options)
  const tiles = (page: Page) => page.locator('#photos').getByRole('listitem')
  /** Of the photos that are shown, each with its class. */
  const shown = async (page: Page) =>
    (await tiles(page).allInnerTexts()).map((text) => text.split(/\s/)[0] ?? '').toSorted()
  const labels = (places: readonly number[]) => places.map((place) => photos[place]?.classLabel ?? '').toSorted()
  /** Everything is named rightly but these. */
  const wrongAt = (...places: number[]) =>
    photos.map(({ classLabel }, i) => (places.includes(i) ? next(classLabel) : classLabel))

  beforeAll(async () => {
    hall = await openTestHall()
    ;[server, browser] = await Promise.all([startServerOf(hall), openBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await hall?.close()
  })

  it('says where runs come from while nothing was judged, and what became of one that was not', async () => {
    const { page, complaints } = await none()
    await page.getByRole('heading', { name: 'Nothing has been judged yet' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('link', { name: 'Go to training' }).click()
    await page.waitForURL(/#\/training$/)

    await drawVersion(hall, 'v1', { perClass: 20 })
    versionId = (await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'v1' } })).id
    photos = (await trainingRows(hall.db, versionId)).filter(({ split }) => split === 'TEST')
    const serves = { isActive: true, promotedAt: new Date() }
    first = await addJudgedRun(hall.db, 'run-1', {
      versionId,
      photos,
      classLabels,
      answers: wrongAt(0, 1, 2),
      run: serves,
    })
    await addRun(hall.db, 'run-2', versionId, { status: 'CANCELLED' })
    await page.goto(`${server.address}/#/evaluation/run-2`)
    await page.getByRole('heading', { name: 'run-2 was cancelled' }).waitFor()
    expect(await page.getByLabel('Run', { exact: true }).inputValue()).toBe('run-2')
    await page.getByLabel('Run', { exact: true }).selectOption('run-1')
    await page.getByText('Nothing to compare with').waitFor()
    expect(complaints).toEqual([])
    await page.goto(`${server.address}/#/evaluation/run-9`)
    await page.getByText('There is no training run “run-9”.').waitFor()
    expect(await page.getByLabel('Run', { exact: true }).inputValue()).toBe('')
    await page.context().close()
  })

  it('opens behind each figure the photos that it counts, by keys alone', async () => {
    // Of the first photo the older model has learned. 1 and 2 are mended, 3 is broken, 4 is wrong for both.
    const older = { run: first, classLabels, answers: wrongAt(0, 1, 2, 4), learned: 1 }
    await addJudgedRun(hall.db, 'run-3', { versionId, photos, classLabels, answers: wrongAt(3, 4), older })
    const { page, complaints } = await open('run-3')
    await page.getByText('What it gets wrong').waitFor()
    await expect.poll(() => shown(page)).toEqual(labels([3, 4]))
    for (const [figure, places] of [
      ['2 fixed', [1, 2]],
      ['1 broken', [3]],
    ] as const) {
      await page.getByRole('button', { name: `${figure}: show the photos` }).press('Enter')
      await expect.poll(() => shown(page)).toEqual(labels(places))
    }
    const { classLabel = '' } = photos[3] ?? {}
    const mistakes = [3, 4].filter((place) => photos[place]?.classLabel === classLabel)
    const cell = page.getByRole('button', { name: `${mistakes.length} of ${classLabel} taken for ${next(classLabel)}` })
    await cell.press('Enter')
    await page
      .getByRole('status')
      .getByText(`${classLabel}, taken for ${next(classLabel)}`)
      .waitFor()
    await expect.poll(() => shown(page)).toEqual(labels(mistakes))
    expect(await cell.evaluate((own) => own === own.ownerDocument.activeElement)).toBe(true)
    expect(await tiles(page).first().innerText()).toContain(`run-1: ${classLabel}`)

    const row = await page.getByRole('row', { name: /^Accuracy/ }).innerText()
    expect(row).toMatch(/\d % on the \d+\s.*points\s*[−+0]\S* to \S+, no clear difference/s)
    await page.getByText('the others the older model has learned from').waitFor()
    const f1 = await page.getByRole('list', { name: 'F1 by class' }).getByRole('listitem').allInnerTexts()
    const shares = f1.map((text) => Number(/([\d.]+) %/.exec(text)?.[1]))
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('says of a run that was judged earlier that its photos were not kept; and thirty classes stay in their box', async () => {
    const many = Array.from({ length: 30 }, (_, i) => `some-class-${i}`)
    const truth = many.flatMap((_, i) => [i, i])
    const logits = Float32Array.from(
      truth.flatMap((label, i) => many.map((_, c) => (c === (label + (i % 2)) % 30 ? 3 : 0))),
    )
    const evaluation = evaluate({ classLabels: many, truth, logits })
    await addRun(hall.db, 'run-0', versionId, { classLabels: many, evaluation: { ...evaluation } as object })
    const { page, complaints } = await open('run-0', { size: 'phone', colorScheme: 'dark' })
    await page.getByText('run-0 was judged before').waitFor()
    const matrix = page.getByRole('region', { name: 'Confusion matrix' })
    expect(await matrix.getByRole('rowheader').count()).toBe(30)
    expect(await matrix.getByRole('button').count()).toBe(0)
    await matrix.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => matrix.evaluate((own) => own.scrollTop > 0 && own.scrollLeft > 0)).toBe(true)
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(sizes.phone.width)
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('asks about one run, and about no other when one takes over meanwhile; and says why a model is refused', async () => {
    const { page, complaints } = await open('run-3')
    const question = page.getByRole('dialog', { name: 'Promote run-3?' })
    await page.getByRole('button', { name: 'Promote run-3' }).press('Enter')
    await question.getByText('run-1, which goes on answering').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    // It has no files.
    await page.keyboard.press('Enter')
    await question.getByText('The model of run “run-3” is refused').waitFor()
    expect(await hall.db.trainingRun.findFirst({ where: { isActive: true } })).toMatchObject({ name: 'run-1' })

    const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: { name: 'run-3' } })
    await markActive(hall.db, by, id)
    const back = page.getByRole('button', { name: 'Go back to run-1' })
    await back.waitFor()
    await page.getByText('serves now').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await expect.poll(() => back.evaluate((own) => own === own.ownerDocument.activeElement)).toBe(true)
    const older = { run: first, classLabels, answers: wrongAt(0, 1, 2) }
    await addJudgedRun(hall.db, 'run-4', { versionId, photos, classLabels, answers: wrongAt(), older })
    await page.goto(`${server.address}/#/evaluation/run-4`)
    await page.getByText('By now run-3 serves.').waitFor()
    // A refusal is an answer; the browser itself calls it an error.
    expect(complaints.filter((line) => !line.includes('409'))).toEqual([])
    await page.context().close()
  })

  it('warns on each screen of a class that has no training photo', async () => {
    const rows = await trainingRows(hall.db, versionId)
    const entries = rows
      .filter(({ split, classLabel }) => split !== 'TRAIN' || classLabel !== 'paper')
      .map(({ photoId, split, classLabel }) => ({ photoId, split, classLabel }))
    const counted = classLabels.map((classLabel) => ({ classLabel, count: 1 }))
    const version = await addVersion(hall.db, 'untaught', {}, { classCounts: counted }, entries)
    const known = classLabels.filter((label) => label !== 'paper')
    const judged = photos.filter(({ classLabel }) => classLabel !== 'paper')
    const answers = judged.map(({ classLabel }) => classLabel)
    const of = { versionId: version.id, photos: judged, classLabels: known, answers }
    const { name } = await addJudgedRun(hall.db, 'run-30', of)
    const { page, complaints } = await open(name)
    // The training screen says it of what is about to start, and of the newest run beside it.
    const title = page.getByText('“paper” has no training photo').first()
    const says = async (hash: string, words: string) => {
      if (hash) await page.goto(`${server.address}/#${hash}`)
      await title.waitFor()
      await page.getByText(words).waitFor()
      expect(await seriousFindings(page)).toEqual([])
    }
    await says('', 'All figures are without their test photos.')
    await says(`/training/${name}`, `${name} leaves out classes without a training photo`)
    await says('/datasets/untaught', 'make the next version: the first photo of a class goes to training')
    await page.getByRole('link', { name: 'Start a training' }).click()
    await says('', 'The run leaves out classes without a training photo.')
    await page.getByLabel('Version').selectOption('v1')
    await page.getByText('The run leaves out classes without a training photo.').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('lets an operator look, and promote nothing', async () => {
    const { secret } = await createToken(hall.db, command, { name: 'an operator', role: 'OPERATOR' })
    const { page } = await open('run-4')
    await page.getByLabel('Token').fill(secret)
    await page.keyboard.press('Enter')
    await page.getByText('A trainer may promote it.').waitFor()
    expect(await page.getByRole('button', { name: /^(?:Promote|Go back)/ }).count()).toBe(0)
    expect(await page.getByRole('button', { name: /fixed: show the photos/ }).count()).toBe(1)
    await page.context().close()
  })
})
