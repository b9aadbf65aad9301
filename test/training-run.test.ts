/** One real training on drawn photos, from its first word to its last file, and what a second version adds to it. */
import { createHash } from 'node:crypto'
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drawSamples } from '../demo/draw.js'
import type { RunEvent, TrainingRun } from '../src/db.js'
import { WasteXError } from '../src/errors.js'
import type { Comparison } from '../src/evaluation/comparison.js'
import { artefactsOf, readCard } from '../src/model/card.js'
import { loadTensorFlow, type Tensor } from '../src/model/network/tensorflow.js'
import type { Backbone } from '../src/model/weights/backbone.js'
import { unitPixels } from '../src/photos/pixels.js'
import { photoFile } from '../src/photos/store.js'
import { goldenPictures } from '../src/training/golden.js'
import { openSession } from '../src/predictions/session.js'
import { keepForReview } from '../src/reviews/keep-for-review.js'
import { label } from '../src/reviews/label.js'
import { trainingViews } from '../src/training/examples.js'
import type { HeadBlocks } from '../src/training/head-blocks.js'
import type { Job, TrainingPhoto } from '../src/training/job.js'
import { judgeBaseline } from '../src/training/judge-baseline.js'
import { whyRefused } from '../src/training/judge-quantised.js'
import { settingsFrom } from '../src/training/settings.js'
import { readStart } from '../src/training/start-weights.js'
import { estimateTraining } from '../src/training/estimate.js'
import { prepareJob } from '../src/training/prepare-job.js'
import { Training } from '../src/training/training.js'
import { createVersion } from '../src/versions/create-version.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { openTestHall, type TestHall } from './support/hall.js'
import {
  briefly,
  drawVersion,
  finished,
  headAlone,
  runOf,
  runWhen,
  statusesTold,
  told,
  weights,
} from './support/training.js'
import { unknownPhoto } from './support/unknown-photo.js'
import { by } from './support/doer.js'

const minutes = 60_000
let hall: TestHall
let training: Training
/** Of the first run: what was in `models/` whenever it told something, and what was readable when it ended. */
const seen: string[][] = []
let first: TrainingRun & { events: RunEvent[] }
let starts: PromiseSettledResult<TrainingRun>[]
let refusedWhileOn: unknown
let started: Date

const folderOf = (run: Pick<TrainingRun, 'name'>) => path.join(hall.config.modelsDir, run.name)

beforeAll(async () => {
  hall = await openTestHall(weights)
  training = new Training(hall, async () => {})
  await drawVersion(hall, 'v1')
  const stopLooking = hall.events.on('trainingEvent', () => {
    void readdir(hall.config.modelsDir).then(
      (names) => seen.push(names.filter((name) => !name.startsWith('.'))),
      () => seen.push([]),
    )
  })
  started = new Date()
  starts = await Promise.allSettled(
    Array.from({ length: 10 }, () => training.start(by, { datasetVersion: 'v1', seed: 3, ...briefly })),
  )
  const won = starts.find((start) => start.status === 'fulfilled')
  if (won?.status !== 'fulfilled') throw new Error(`none was started: ${JSON.stringify(starts)}`)
  await runWhen(hall, won.value.id, ({ stage }) => stage === 'HEAD')
  refusedWhileOn = await training.start(by, { datasetVersion: 'v1' }).catch((error: unknown) => error)
  await finished(hall, won.value.id)
  first = await runOf(hall.db, won.value.id)
  stopLooking()
}, 4 * minutes)

afterAll(async () => {
  await training.close()
  await hall.close()
})

const ofType = (type: string, run = first) => run.events.filter((event) => event.type === type)

describe('a run', () => {
  it('is one, of ten that are started at once; the others hear which', () => {
    const losers = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason as unknown] : []))
    expect(losers).toHaveLength(9)
    for (const error of [...losers, refusedWhileOn]) {
      expect(error).toBeInstanceOf(WasteXError)
      expect(error).toMatchObject({ code: 'TRAINING_IN_PROGRESS', details: { run: first.name } })
    }
  })

  it('goes from QUEUED over RUNNING to COMPLETED', () => {
    expect(first).toMatchObject({ status: 'COMPLETED', stage: null, error: null, isActive: false })
    expect(statusesTold(first.events)).toEqual(['QUEUED', 'RUNNING', 'COMPLETED'])
    expect(first.finishedAt?.getTime()).toBeGreaterThan(first.startedAt?.getTime() ?? Infinity)
  })

  it('numbers what it tells from 1 without gaps; the last word is its end', () => {
    expect(first.events.map(({ seq }) => seq)).toEqual(first.events.map((_, i) => i + 1))
    expect(first.events.at(-1)?.type).toBe('TrainingStatusChanged')
    expect(first.events.at(-2)?.type).toBe('TrainingEvaluated')
    const times = first.events.map(({ at }) => at.getTime())
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('says its first word within a second', () => {
    expect((first.events[0]?.at.getTime() ?? Infinity) - started.getTime()).toBeLessThan(1_000)
  })

  it('goes through its stages in order', () => {
    const stages = ofType('TrainingStageStarted').map(told)
    expect(stages.map(({ stage }) => stage)).toEqual(['LOADING', 'HEAD', 'FINE_TUNE', 'EVALUATING', 'SAVING'])
    expect(stages[1]).toMatchObject({ epochs: 3 })
    expect(stages[2]).toMatchObject({ epochs: 1 })
  })

  it('tells of progress at most four times a second', () => {
    const at = ofType('TrainingProgress').map((event) => event.at.getTime())
    expect(at.length).toBeGreaterThan(3)
    const seconds = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1000
    expect(at.length).toBeLessThanOrEqual(1 + 4 * seconds)
    // Written down one after another: a late one may come close to the next.
    for (let i = 0; i + 8 < at.length; i++) expect((at[i + 8] ?? 0) - (at[i] ?? 0)).toBeGreaterThan(1_500)
    for (const event of ofType('TrainingProgress')) {
      const { done, total, etaSeconds } = told(event)
      expect(Number(done)).toBeLessThanOrEqual(Number(total))
      expect(etaSeconds).toBeGreaterThanOrEqual(0)
    }
  })

  it('keeps every epoch, as it was told', async () => {
    const epochs = await hall.db.runEpoch.findMany({
      where: { runId: first.id },
      orderBy: [{ stage: 'asc' }, { epoch: 'asc' }],
    })
    expect(epochs.map(({ stage, epoch }) => `${stage} ${epoch}`)).toEqual(['HEAD 1', 'HEAD 2', 'HEAD 3', 'FINE_TUNE 1'])
    const events = ofType('TrainingEpochCompleted').map(told)
    epochs.forEach(({ runId: _runId, ...epoch }, i) => expect(events[i]).toMatchObject(epoch))
    for (const { valLoss, valAccuracy } of epochs) expect([valLoss, valAccuracy]).not.toContain(null)
  })

  it('has no folder, or a complete one', async () => {
    expect(seen.length).toBeGreaterThan(10)
    const { artefacts } = first
    const complete = await readdir(folderOf(first))
    expect((artefacts as { name: string }[]).map(({ name }) => name)).toEqual(complete.toSorted())
    // In the last event at the earliest; the folder aside has a name that starts with a dot.
    expect(seen.slice(0, -2).flat()).toEqual([])
    expect((await readdir(hall.config.modelsDir)).filter((name) => name.startsWith('.'))).toEqual([])
  })
})

describe('the folder of a run', () => {
  const text = (name: string) => readFile(path.join(folderOf(first), name), 'utf8')
  const lines = async (name: string) => (await text(name)).trim().split('\n')
  const testRows = async () => (await trainingRows(hall.db, first.versionId)).filter(({ split }) => split === 'TEST')

  it('has what its card says, to the byte', async () => {
    const card = await readCard(folderOf(first))
    const names = await readdir(folderOf(first))
    expect(card.files.map(({ name }) => name)).toEqual(names.filter((name) => name !== 'card.json').toSorted())
    for (const { name, bytes, sha256 } of [...card.files, ...(first.artefacts as unknown as typeof card.files)]) {
      const content = await readFile(path.join(folderOf(first), name))
      expect([name, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([name, bytes, sha256])
    }
    const expected = ['model.json', 'model.onnx', 'metrics.json', 'confusion_matrix.png', 'classification_report.txt']
    expect(names).toEqual(expect.arrayContaining([...expected, 'comparison.json', 'history.csv', 'predictions.csv']))
  })

  it('holds nobody’s photo, and no name of a file', async () => {
    const golden = await readFile(path.join(folderOf(first), 'golden.bin'))
    expect(golden.equals(Buffer.concat(goldenPictures()))).toBe(true)
    const [header] = await lines('predictions.csv')
    expect(header).toMatch(/^content_hash,class,predicted,correct,confidence,energy,novelty,ood_reasons,logit_/)
  })

  it('says what it was made of', async () => {
    const card = await readCard(folderOf(first))
    const rows = await trainingRows(hall.db, first.versionId)
    const count = (split: string) => rows.filter((row) => row.split === split).length
    expect(card).toMatchObject({
      run: { id: first.id, name: first.name },
      classLabels: first.classLabels,
      photos: { train: count('TRAIN'), val: count('VAL'), test: count('TEST') },
      seed: 3,
      network: { boundary: 'mixed8' },
      startedFrom: null,
    })
    expect(card.thresholds).toEqual({
      energy: first.energyThreshold,
      confidence: first.confidenceThreshold,
      novelty: first.noveltyThreshold,
    })
    expect(Object.keys(card.timings)).toEqual(['loading', 'head', 'fineTune', 'evaluating', 'saving', 'quantising'])
    // Fine-tuning that made nothing better is undone, and the head is then without ears for what it would have moved.
    const tuned = card.network.head.includes('mixed10')
    expect(card.network.trainedLayers).toBe(tuned ? 60 : 0)
    expect(card.agreement.maxLogitDifference).toBeLessThanOrEqual(1e-3)
    expect(card.agreement.photos).toBe(Math.min(8, rows.length))
  })

  it('holds the model in 8 bits too, judged against float32 on the test photos', async () => {
    const { quantised, files, golden } = await readCard(folderOf(first))
    const rows = await trainingRows(hall.db, first.versionId)
    const count = (split: string) => rows.filter((row) => row.split === split).length
    expect(quantised).toMatchObject({
      calibrationPhotos: Math.min(64, count('VAL') || count('TRAIN')),
      testPhotos: count('TEST'),
      macroF1: { float32: (first.evaluation as { macroF1: number }).macroF1 },
    })
    const measured = quantised ?? expect.fail()
    // Of so few photos one may well be named otherwise.
    expect(measured.sameClass).toBeGreaterThanOrEqual(1 - 1 / measured.testPhotos)
    expect(measured.refused === null).toBe(whyRefused(measured) === null)
    const bytes = (name: string) => files.find((file) => file.name === name)?.bytes ?? Number.NaN
    expect(bytes('model-int8.onnx')).toBeLessThan(0.35 * bytes('model.onnx'))

    const pixels = unitPixels(new Uint8Array(await readFile(path.join(folderOf(first), 'golden.bin'))))
    const session = await openSession(path.join(folderOf(first), 'model-int8.onnx'), { threads: 2 })
    const { logits = new Float32Array() } = await session.run(pixels, golden.photos)
    await session.release()
    const said = measured.golden.logits.flat()
    expect(Math.max(...said.map((logit, i) => Math.abs(logit - (logits[i] ?? Number.NaN))))).toBeLessThan(1e-3)
    expect(said).not.toEqual(golden.logits.flat())
  })

  it('holds the same metrics as the database', async () => {
    expect(JSON.parse(await text('metrics.json'))).toEqual(first.evaluation)
    expect(JSON.parse(await text('comparison.json'))).toBeNull()
    expect(await text('classification_report.txt')).toContain('macro')
    const png = await readFile(path.join(folderOf(first), 'confusion_matrix.png'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(await lines('history.csv')).toHaveLength(1 + 4)
  })

  it('has a prediction for each test photo, and its accuracy is the one that was told', async () => {
    const [header = '', ...rows] = await lines('predictions.csv')
    expect(rows.map((row) => row.split(',')[0] ?? '').toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      (await testRows()).map(({ contentHash }) => contentHash),
    )
    const correct = header.split(',').indexOf('correct')
    const right = rows.filter((row) => row.split(',')[correct] === 'true').length
    expect(right / rows.length).toBeCloseTo(Number(told(first.events.at(-2) ?? expect.fail())['accuracy']), 6)
    expect(first.evaluation).toMatchObject({ testImages: rows.length })
  })

  it('holds one model in two formats: stock tfjs and onnxruntime agree', async () => {
    const card = await readCard(folderOf(first))
    const golden = new Uint8Array(await readFile(path.join(folderOf(first), 'golden.bin')))
    const pixels = unitPixels(golden)
    const { photos } = card.golden
    const session = await openSession(path.join(folderOf(first), 'model.onnx'), { threads: 1 })
    const { logits = new Float32Array(), novelty = new Float32Array() } = await session.run(pixels, photos)
    await session.release()
    const tf = loadTensorFlow()
    const model = await tf.loadLayersModel(`file://${path.join(folderOf(first), 'model.json')}`)
    const said = tf.tidy(() => (model.predict(tf.tensor4d(pixels, [photos, 299, 299, 3])) as Tensor).dataSync())
    model.dispose()
    expect(logits).toHaveLength(photos * first.classLabels.length)
    logits.forEach((logit, i) => expect(Math.abs(logit - (said[i] ?? Number.NaN))).toBeLessThanOrEqual(1e-3))
    expect(novelty).toHaveLength(photos)
  })
})

describe('a folder of a run that is not as it was written', () => {
  let folder: string
  beforeEach(async () => {
    folder = path.join(hall.folder, 'models-copied', first.name)
    await cp(folderOf(first), folder, { recursive: true })
  })
  afterEach(() => rm(folder, { recursive: true }))
  const flip = async (name: string) => {
    const bytes = await readFile(path.join(folder, name))
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x40
    await writeFile(path.join(folder, name), bytes)
  }

  describe('is compared with nothing', () => {
    const compared = (stated = artefactsOf(first)) => judgeBaseline(folder, stated, photos, () => undefined)
    let photos: TrainingPhoto[]
    beforeEach(async () => {
      const rows = await trainingRows(hall.db, first.versionId)
      photos = rows
        .filter(({ split }) => split === 'TEST')
        .slice(0, 2)
        .map((row) => ({ ...row, file: photoFile(hall.config, row) }))
      // What it has said is not at hand: it is asked again.
      await rm(path.join(folder, 'predictions.csv'))
    })

    it('but as it was, it is', async () => {
      expect((await compared()).logits).toHaveLength(photos.length * first.classLabels.length)
    })
    it('with a flipped bit in its model', async () => {
      await flip('model.onnx')
      await expect(compared()).rejects.toThrow('model.onnx is not the file that the card describes')
    })
    it('with another card', async () => {
      const card = path.join(folder, 'card.json')
      await writeFile(card, (await readFile(card, 'utf8')).replace(/"seed": \d+/, '"seed": 77'))
      await expect(compared()).rejects.toThrow('was changed after the run had written it')
    })
    it('with a card that nobody vouches for', async () => {
      await expect(compared([])).rejects.toThrow('no hash of its card.json was kept')
    })
  })

  describe('is gone on from by none', () => {
    const goesOn = async () => {
      const { backbone, network } = await readCard(folderOf(first))
      return readStart(
        { runName: first.name, folder, artefacts: artefactsOf(first) },
        { hash: backbone.sha256, source: 'keras', convolutions: new Map() } as unknown as Backbone,
        { ...network, still: [], moved: [] } as unknown as HeadBlocks,
      )
    }
    it('but as it was, it is', async () => {
      expect((await goesOn()).classLabels).toEqual(first.classLabels)
    })
    it.each(['weights.bin', 'model.json'])('with a flipped bit in %s', async (name) => {
      await flip(name)
      await expect(goesOn()).rejects.toThrow(`${name} is not the file that the card describes`)
    })
  })
})

describe('the next version', () => {
  const added = 5

  it(
    'sends only what is new through the frozen part, and is compared on the same photos',
    { timeout: 2 * minutes },
    async () => {
      await hall.db.trainingRun.update({ where: { id: first.id }, data: { isActive: true } })
      const folder = path.join(hall.folder, 'jars')
      for (const jar of await drawSamples(folder, { perClass: added, classes: ['jar'], seed: 9 })) {
        const id = await keepForReview(hall, await unknownPhoto(await readFile(jar.path), path.basename(jar.path)))
        await label(hall, by, id, 'jar')
      }
      const { id: versionId } = await createVersion(hall, by, { name: 'v2', parent: 'v1' })
      const { id } = await training.start(by, { datasetVersion: 'v2', ...briefly })
      await finished(hall, id)
      const second = await runOf(hall.db, id)
      expect(second).toMatchObject({ status: 'COMPLETED', baselineId: first.id, error: null })
      expect(second.classLabels).toEqual([...first.classLabels, 'jar'].toSorted())

      const before = new Set((await trainingRows(hall.db, first.versionId)).map(({ contentHash }) => contentHash))
      const rows = await trainingRows(hall.db, versionId)
      const fresh = rows.filter(({ contentHash }) => !before.has(contentHash))
      expect(fresh).toHaveLength(added)
      const learned = fresh.filter(({ split }) => split === 'TRAIN').map((row) => ({ ...row, file: '', path: '' }))
      const shown = trainingViews({ photos: learned, labels: [] }, 'half').views.length
      const expected = shown + fresh.length - learned.length
      const loading = ofType('TrainingProgress', second)
        .map(told)
        .filter(({ stage }) => stage === 'LOADING')
      expect(loading.length).toBeGreaterThan(0)
      expect(new Set(loading.map(({ total }) => total))).toEqual(new Set([expected]))

      const comparison = JSON.parse(await readFile(path.join(folderOf(second), 'comparison.json'), 'utf8')) as object
      expect(comparison).toEqual(second.comparison)
      const test = rows.filter(({ split }) => split === 'TEST')
      expect(comparison).toMatchObject({
        testImages: test.length,
        newClasses: ['jar'],
        recommendation: second.recommendation,
      })
    },
  )

  it('is compared without the photos that the older model learned from', { timeout: 2 * minutes }, async () => {
    const rows = await trainingRows(hall.db, first.versionId)
    // As if somebody had split the same photos otherwise: some that the first run trained on are for testing now.
    const moved = new Set(
      rows
        .filter(({ split }) => split === 'TRAIN')
        .slice(0, 4)
        .map(({ photoId }) => photoId),
    )
    await hall.db.datasetVersion.create({
      data: {
        name: 'resplit',
        totalImages: rows.length,
        classCounts: [],
        splits: [],
        entries: {
          create: rows.map(({ photoId, split, classLabel }) => ({
            photoId,
            classLabel,
            split: moved.has(photoId) ? ('TEST' as const) : split,
          })),
        },
      },
    })
    const { id } = await training.start(by, { datasetVersion: 'resplit', ...headAlone })
    const third = await finished(hall, id)
    expect(third).toMatchObject({ status: 'COMPLETED', error: null })
    const test = rows.filter(({ split }) => split === 'TEST').length
    expect(third.comparison).toMatchObject({ testImages: test })
    expect(JSON.stringify(third.comparison)).toContain('4 photos of the test split left out')
  })

  it('has no class without a training photo: neither model is judged on it', { timeout: 2 * minutes }, async () => {
    const rows = await trainingRows(hall.db, first.versionId)
    const entries = rows
      .filter(({ split, classLabel }) => split !== 'TRAIN' || classLabel !== 'paper')
      .map(({ photoId, split, classLabel }) => ({ photoId, split, classLabel }))
    const { id: versionId } = await hall.db.datasetVersion.create({
      data: {
        name: 'untaught',
        totalImages: entries.length,
        classCounts: first.classLabels.map((classLabel) => ({ classLabel, count: 1 })),
        splits: [],
        entries: { create: entries },
      },
    })
    const known = ['bottle', 'box', 'can']
    const { views, untrainable } = await estimateTraining(hall, { datasetVersion: 'untaught', ...headAlone })
    expect(untrainable).toEqual(['paper'])
    const { id } = await training.start(by, { datasetVersion: 'untaught', ...headAlone })
    await finished(hall, id)
    const run = await runOf(hall.db, id)
    expect(run).toMatchObject({ status: 'COMPLETED', error: null, classLabels: known })
    expect(told(run.events[0] as RunEvent)['message']).toContain('without “paper”')
    const [loading] = ofType('TrainingStageStarted', run).map(told)
    expect(loading?.['message']).toContain(`${views} views`)

    const test = rows.filter(({ split }) => split === 'TEST')
    const judged = test.filter(({ classLabel }) => classLabel !== 'paper')
    expect(test.length).toBeGreaterThan(judged.length)
    expect(run.evaluation).toMatchObject({ testImages: judged.length, confusionMatrix: { classLabels: known } })
    expect(run.comparison).toMatchObject({ testImages: judged.length, newClasses: [] })
    const reasons = (run.comparison as unknown as Comparison).reasons.join(' ')
    expect(reasons).toContain('does not know “paper”')
    expect(reasons).toContain(`${test.length - judged.length} photo`)
    expect(await hall.db.testPrediction.count({ where: { runId: id } })).toBe(judged.length)
    const card = await readCard(folderOf(run))
    expect(card).toMatchObject({ classLabels: known, untrainableClasses: ['paper'] })
    expect(card.quantised?.testPhotos).toBe(judged.length)
    for (const logits of [...card.golden.logits, ...(card.quantised?.golden.logits ?? [])])
      expect(logits).toHaveLength(known.length)

    // A run that was started with a class cannot go on without it: its checkpoint has weights for each.
    const started = { versionId, recipe: 'DEFAULT' as const, settings: {}, classLabels: first.classLabels }
    const older = await hall.db.trainingRun.create({ data: { ...started, name: 'run-90', status: 'INTERRUPTED' } })
    await expect(training.resume(by, older.name)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/“paper”.*Start a new run/),
    })
    expect(await hall.db.trainingRun.findUnique({ where: { id: older.id } })).toMatchObject({ status: 'INTERRUPTED' })
    await expect(prepareJob(hall, older, {} as Job['weights'])).rejects.toThrow(/“paper”.*Start a new run/)
  })

  it(
    'is trained although the folder of the older model is broken; it is compared with nothing then',
    { timeout: 2 * minutes },
    async () => {
      await hall.db.trainingRun.updateMany({ where: { isActive: true }, data: { isActive: false } })
      const ghost = await hall.db.trainingRun.create({
        data: {
          name: 'ghost',
          versionId: first.versionId,
          recipe: 'DEFAULT',
          settings: {},
          classLabels: first.classLabels,
          status: 'COMPLETED',
          isActive: true,
        },
      })
      const { id } = await training.start(by, { datasetVersion: 'v1', ...headAlone })
      const run = await finished(hall, id)
      expect(run).toMatchObject({
        status: 'COMPLETED',
        error: null,
        comparison: null,
        recommendation: null,
        baselineId: null,
      })
      await hall.db.trainingRun.update({ where: { id: ghost.id }, data: { isActive: false } })
    },
  )
})

describe('a run by default, and the next one after a few more photos', () => {
  it(
    'goes on from the weights of the first: the head alone, and only what is new is computed',
    { timeout: 3 * minutes },
    async () => {
      const whole = await training.start(by, { datasetVersion: 'v1' })
      expect(await finished(hall, whole.id)).toMatchObject({ status: 'COMPLETED', startedFromId: null })
      await hall.db.trainingRun.updateMany({ where: { isActive: true }, data: { isActive: false } })
      await hall.db.trainingRun.update({ where: { id: whole.id }, data: { isActive: true } })
      const folder = path.join(hall.folder, 'more')
      for (const photo of await drawSamples(folder, { perClass: 2, classes: ['can'], seed: 31 })) {
        const id = await keepForReview(hall, await unknownPhoto(await readFile(photo.path), path.basename(photo.path)))
        await label(hall, by, id, 'can')
      }
      await createVersion(hall, by, { name: 'a few more', parent: 'v1' })

      const { id } = await training.start(by, { datasetVersion: 'a few more' })
      await finished(hall, id)
      const run = await runOf(hall.db, id)
      expect(run).toMatchObject({ status: 'COMPLETED', error: null, startedFromId: whole.id, baselineId: whole.id })
      expect(told(run.events[0] ?? expect.fail())['message']).toContain(`from the weights of ${whole.name}`)
      const stages = ofType('TrainingStageStarted', run).map(told)
      expect(stages.map(({ stage }) => stage)).toEqual(['LOADING', 'HEAD', 'EVALUATING', 'SAVING'])
      const card = await readCard(folderOf(run))
      expect(card).toMatchObject({ startedFrom: whole.name, network: (await readCard(folderOf(whole))).network })
      expect(card.features.computed).toBeLessThanOrEqual(4)
      // It begins where the other one ended: the first epoch is no beginner's.
      const epochs = await hall.db.runEpoch.findMany({
        where: { stage: 'HEAD', epoch: 1, runId: { in: [whole.id, id] } },
      })
      const lossOf = (runId: string) => epochs.find((epoch) => epoch.runId === runId)?.loss ?? Number.NaN
      expect(lossOf(id)).toBeLessThan(lossOf(whole.id))
    },
  )

  it.each([
    [
      'the weights of InceptionV3 are others by now',
      'other weights',
      'card.json',
      (bytes: Buffer) => Buffer.from(bytes.toString().replace(/"sha256": "[^"]*"/, '"sha256": "another"')),
    ],
    [
      'the folder of the serving run is damaged',
      'card.json is not JSON',
      'card.json',
      (bytes: Buffer) => bytes.subarray(0, 100),
    ],
    [
      'its weights are not those that it wrote',
      'weights.bin is not the file',
      'weights.bin',
      (bytes: Buffer) => Buffer.from(bytes).fill(1, 0, 4),
    ],
  ])(
    'begins with the backbone, by the whole recipe, and says so when %s',
    { timeout: minutes },
    async (_, why, name, spoil) => {
      const serving = await hall.db.trainingRun.findFirstOrThrow({ where: { isActive: true } })
      const file = path.join(folderOf(serving), name)
      const whole = await readFile(file)
      await writeFile(file, spoil(whole))
      try {
        const { id, ...started } = await training.start(by, { datasetVersion: 'a few more', seed: 8 })
        expect(started.startedFromId).toBe(serving.id)
        await runWhen(hall, id, (run) => ofType('TrainingStageStarted', run).length > 0)
        await training.cancel(by, started.name)
        await finished(hall, id)
        const run = await runOf(hall.db, id)
        expect(run).toMatchObject({
          startedFromId: null,
          settings: { ...settingsFrom({ datasetVersion: 'a few more', seed: 8 }) },
        })
        const messages = run.events.map((event) => JSON.stringify(told(event)))
        expect(messages.filter((message) => message.includes(why) && message.includes(serving.name))).toHaveLength(1)
      } finally {
        await writeFile(file, whole)
      }
    },
  )
})

describe('a version that cannot be learned from', () => {
  it.each([
    ['no test photos of “bottle”, “can”', { bottle: ['TRAIN', 'VAL'], can: ['TRAIN'], box: ['TEST'] }],
    ['fewer than two classes: only of “bottle”.', { bottle: ['TRAIN', 'VAL', 'TEST'] }],
    ['“can” has none.', { bottle: ['TRAIN', 'VAL', 'TEST'], can: ['VAL', 'TEST'] }],
    ['fewer than two classes. “bottle”, “can” have none.', { bottle: ['TEST'], can: ['TEST'] }],
  ])('is refused before anything starts: %s', async (reason, splits: Record<string, string[]>) => {
    const rows = await trainingRows(hall.db, first.versionId)
    const name = `without: ${reason}`
    const chosen = rows.filter(({ split, classLabel }) => splits[classLabel]?.includes(split))
    const entries = chosen.map(({ photoId, split, classLabel }) => ({ photoId, split, classLabel }))
    await hall.db.datasetVersion.create({
      data: { name, totalImages: entries.length, classCounts: [], splits: [], entries: { create: entries } },
    })
    const refused = await training.start(by, { datasetVersion: name }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'input.datasetVersion' } })
    expect(String(refused)).toContain(reason)
    await expect(training.start(by, { datasetVersion: 'nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a photo that is gone from its folder', () => {
  it('ends the run with its name; when it is back the run goes on', { timeout: 2 * minutes }, async () => {
    const folder = await drawVersion(hall, 'holes', { perClass: 4, seed: 77 })
    const { id: versionId } = await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'holes' } })
    const [gone] = await trainingRows(hall.db, versionId)
    if (!gone) throw new Error('the version is empty')
    const file = path.join(folder, gone.path)
    await rename(file, `${file}.away`)
    const { id, name } = await training.start(by, { datasetVersion: 'holes', ...headAlone })
    const run = await finished(hall, id)
    expect(run.status).toBe('FAILED')
    expect(run.error).toContain(gone.path)
    expect(run.error).not.toContain(hall.folder)
    expect(told((await runOf(hall.db, id)).events.at(-1) ?? expect.fail())).toMatchObject({
      status: 'FAILED',
      message: run.error,
    })
    expect(await readdir(hall.config.modelsDir)).not.toContain(name)

    await writeFile(file, 'another photo')
    await training.resume(by, name)
    expect((await finished(hall, id)).error).toContain(`${gone.path} was changed`)

    await rename(`${file}.away`, file)
    await training.resume(by, name)
    expect(await finished(hall, id)).toMatchObject({ status: 'COMPLETED', error: null })

    // The next one is taken on when this one is let go: nothing is kept then of those that have completed.
    const next = await training.start(by, { datasetVersion: 'v1', ...headAlone })
    await runWhen(hall, next.id, ({ status }) => status === 'RUNNING')
    await training.cancel(by, next.name)
    const checkpoints = await readdir(path.join(hall.config.dataDir, 'checkpoints'))
    expect(checkpoints.filter((kept) => kept !== next.id)).toEqual([])
  })
})
