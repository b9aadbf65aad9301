/** A real server, models that it trained itself, and everything that can happen to the one that serves. */
import { createHash, randomUUID } from 'node:crypto'
import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import os from 'node:os'
import type { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { drawSamples } from '../demo/draw.js'
import { system } from '../src/access/doer.js'
import type { Prisma, TrainingRun } from '../src/db.js'
import type { Artefact, Card } from '../src/model/card.js'
import { decodingPool } from '../src/photos/decoding-pool.js'
import { photoLimits } from '../src/photos/limits.js'
import { photoFile } from '../src/photos/store.js'
import { maxWaiting } from '../src/predictions/queue.js'
import { Serving } from '../src/predictions/serving.js'
import { markActive } from '../src/promotion/mark.js'
import { promoteDue } from '../src/promotion/promote-due.js'
import { Promotion } from '../src/promotion/promotion.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { ask, file, send, upload } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { startTestServer, type TestServer } from './support/server.js'
import { tellApart } from './support/tell-apart.js'
import { takeFeatures } from './support/trained.js'
import { drawVersion, finished, headAlone, settingsOf, startServerOf } from './support/training.js'

const minutes = 60_000
let hall: TestHall
let server: TestServer
let [first, second]: TrainingRun[] = []
let known: Buffer
let odd: Buffer
let oddOnes: Buffer[]

/** Threads of this process that have not ended: the server's. */
const threads = new Set<Worker>()
/** A stream each (predictions/streams.ts). */
const ofOneModel = Math.min(4, os.availableParallelism())
process.on('worker', (worker) => {
  threads.add(worker)
  worker.once('exit', () => threads.delete(worker))
})

interface Classified {
  classLabel: string
  ood: boolean
  image: { id: string } | null
  servedBy: { name: string }
}
const classifyDocument =
  'mutation ($image: Upload!) { classify(image: $image) { classLabel ood image { id } servedBy { name } } }'
const promoteDocument = 'mutation ($name: String!) { promote(name: $name) { name isActive promotedAt } }'
const startDocument = 'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }'

const classify = (bytes: Buffer) =>
  upload<{ classify: Classified }, object>(server.address, classifyDocument, { image: file(bytes, 'photo.jpg') })

async function answerTo(bytes: Buffer): Promise<Classified> {
  const { data, errors } = await classify(bytes)
  return data?.classify ?? expect.fail(`${errors?.[0]?.extensions.code}: ${errors?.[0]?.message}`)
}

const promote = ({ name }: Pick<TrainingRun, 'name'>) =>
  send<{ promote: { name: string; isActive: boolean; promotedAt: string } }, object>(server.address, promoteDocument, {
    name,
  })

async function train(input: object): Promise<TrainingRun> {
  const { startTraining } = await ask<{ startTraining: { name: string } }, object>(server.address, startDocument, {
    input: { datasetVersion: 'v1', ...headAlone, stage1: { epochs: 15 }, ...input },
  })
  const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: { name: startTraining.name } })
  return finished(hall, id)
}

const active = () => hall.db.trainingRun.findMany({ where: { isActive: true } })
const serves = async () => (await answerTo(known)).servedBy.name
const counted = async () => {
  const { _sum } = await hall.db.trashCounter.aggregate({ _sum: { totalCount: true, oodCount: true } })
  return { known: _sum.totalCount ?? 0, unknown: _sum.oodCount ?? 0 }
}
const filesBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) => entry.isFile())
/** COMPLETED, and without a model. */
const ghost = async () =>
  hall.db.trainingRun.create({
    data: {
      name: `ghost-${randomUUID()}`,
      versionId: first?.versionId ?? 0,
      recipe: 'DEFAULT',
      settings: {},
      classLabels: [],
      status: 'COMPLETED',
    },
  })
const folderOf = ({ name }: Pick<TrainingRun, 'name'>) => path.join(hall.config.modelsDir, name)

beforeAll(async () => {
  hall = await openTestHall()
  await drawVersion(hall, 'v1')
  await takeFeatures(hall)
  server = await startServerOf(hall)
  const others = await drawSamples(path.join(hall.folder, 'others'), { perClass: 0, odd: 12, seed: 5 })
  oddOnes = await Promise.all(others.map((photo) => readFile(photo.path)))
  odd = oddOnes[0] ?? expect.fail()
})

afterAll(async () => {
  await server.close()
  await hall.close()
})

describe('before anything was promoted', () => {
  it('there is no model, and nothing is counted or kept', async () => {
    const { status, errors } = await classify(odd)
    expect([status, errors?.[0]?.extensions.code]).toEqual([503, 'NO_MODEL'])
    expect(await counted()).toEqual({ known: 0, unknown: 0 })
    expect(await filesBelow(hall.config.uploadsDir)).toEqual([])
  })

  it('the first run that asks for it is promoted by itself', { timeout: 2 * minutes }, async () => {
    const promotions = hall.events.subscribe('modelPromoted')
    first = await train({ autoPromote: true })
    expect(first).toMatchObject({ status: 'COMPLETED', error: null, comparison: null })
    expect((await promotions.next()).value).toEqual({ runId: first.id })
    await promotions.return?.()
    // Promoted already: answers when its turn has come.
    const { data } = await promote(first)
    expect(data?.promote).toMatchObject({ name: first.name, isActive: true })
  })
})

it('sends at least a third of other things to review for their novelty, with the weights of nsfwjs and with ImageNet’s', async () => {
  const novelty = async (bytes: Buffer) =>
    (
      await upload<{ classify: { oodReasons: string[] } }, object>(
        server.address,
        'mutation ($image: Upload!) { classify(image: $image) { oodReasons } }',
        { image: file(bytes, 'odd.jpg') },
      )
    ).data?.classify.oodReasons.includes('NOVELTY')
  const novel = await Promise.all(oddOnes.map(novelty))
  expect(novel.filter(Boolean).length).toBeGreaterThanOrEqual(oddOnes.length / 3)
})

describe('the model that serves', () => {
  beforeAll(async () => {
    const rows = (await trainingRows(hall.db, 1)).filter(({ split }) => split === 'TRAIN').slice(0, 8)
    const trainedOn = await Promise.all(rows.map((row) => readFile(photoFile(hall.config, row))))
    const photos = await tellApart(hall, first ?? expect.fail(), { known: trainedOn, unknown: [odd] })
    known = photos.known[0] ?? expect.fail()
    // A server reads a run's limits when it loads it.
    await server.close()
    server = await startServerOf(hall)
  })

  it('answers for a photo that it knows', async () => {
    expect(await answerTo(known)).toMatchObject({ ood: false, image: null, servedBy: { name: first?.name } })
  })

  it('counts each of fifty photos at once, and keeps none', { timeout: minutes }, async () => {
    const [before, files, images] = [await counted(), await filesBelow(hall.folder), await hall.db.image.count()]
    const answers = await Promise.all(Array.from({ length: 50 }, () => answerTo(known)))
    expect(
      new Set(answers.map(({ classLabel, ood, image }) => JSON.stringify([classLabel, ood, image]))),
    ).toHaveProperty('size', 1)
    expect(await counted()).toEqual({ known: before.known + 50, unknown: before.unknown })
    expect(await hall.db.image.count()).toBe(images)
    expect(await filesBelow(hall.folder)).toHaveLength(files.length)
  })

  it('keeps what it does not know once, however often and however fast it is sent', { timeout: minutes }, async () => {
    const answer = await answerTo(odd)
    expect(answer).toMatchObject({ ood: true, image: { id: expect.any(String) } })
    const [before, files, images] = [
      await counted(),
      await filesBelow(hall.config.uploadsDir),
      await hall.db.image.count(),
    ]
    const answers = await Promise.all(Array.from({ length: 6 }, () => answerTo(odd)))
    expect(new Set(answers.map(({ image }) => image?.id))).toEqual(new Set([answer.image?.id]))
    expect(await hall.db.image.count()).toBe(images)
    expect(await filesBelow(hall.config.uploadsDir)).toHaveLength(files.length)
    expect(await counted()).toEqual({ known: before.known, unknown: before.unknown + 6 })
  })
})

describe('a flood of photos', () => {
  interface Place {
    classification: { classLabel: string } | null
    error: { code: string } | null
  }
  const many =
    'mutation ($images: [Upload!]!) { classifyMany(images: $images) { classification { classLabel } error { code } } }'
  const send8 = () =>
    upload<{ classifyMany: Place[] }, object>(server.address, many, {
      images: Array.from({ length: 8 }, (_, i) => file(known, `${i}.jpg`)),
    })

  it('is refused when as many wait for the network as may; all that were taken are answered and counted', async () => {
    const before = await counted()
    const asked: ReturnType<typeof send8>[] = []
    let refusal: Awaited<ReturnType<typeof send8>> | undefined
    while (!refusal) {
      const answer = send8()
      asked.push(answer)
      void answer.then((one) => (refusal ??= one.errors ? one : undefined))
      // So slowly that none is refused before it is decoded.
      do await wait(5)
      while (!refusal && decodingPool.waiting.phone > photoLimits.waiting / 2)
    }
    expect(refusal).toMatchObject({
      status: 503,
      errors: [{ extensions: { code: 'OVERLOADED', retryAfterMs: expect.any(Number) } }],
    })
    const answers = await Promise.all(asked)
    const codes = new Set(answers.flatMap(({ errors }) => errors?.map(({ extensions }) => extensions.code) ?? []))
    expect(codes).toEqual(new Set(['OVERLOADED']))
    const places = answers.flatMap(({ data }) => data?.classifyMany ?? [])
    const answered = places.filter(({ classification }) => classification !== null)
    expect(answered.length).toBeGreaterThan(maxWaiting)
    expect(new Set(places.flatMap(({ error }) => error?.code ?? []))).toEqual(
      new Set(answered.length < places.length ? ['OVERLOADED'] : []),
    )
    expect(await counted()).toEqual({ known: before.known + answered.length, unknown: before.unknown })
    expect((await answerTo(known)).servedBy.name).toBe(first?.name)
  }, 60_000)
})

it('/metrics has what the model did: each phase, what it knew and what not, and which it is', async () => {
  const lines = (await (await fetch(`${server.address}/metrics`)).text()).split('\n')
  const valueOf = (series: RegExp) =>
    Number(
      lines
        .find((line) => series.test(line))
        ?.split(' ')
        .at(-1) ?? Number.NaN,
    )
  for (const phase of ['receive', 'decode', 'wait', 'compute', 'record'])
    expect(valueOf(new RegExp(`^wastex_classify_phase_seconds_count\\{phase="${phase}"\\}`)), phase).toBeGreaterThan(50)
  expect(valueOf(/^wastex_classified_total\{.*verdict="known"/)).toBeGreaterThan(50)
  expect(valueOf(/^wastex_classified_total\{.*verdict="unknown"/)).toBeGreaterThan(0)
  expect(valueOf(new RegExp(`^wastex_serving_model_info\\{run="${first?.name}",precision="float32"`))).toBe(1)
  expect(valueOf(/^wastex_queue_photos /)).toBe(0)
})

describe('a promotion', () => {
  it(
    'while eight clients classify fails none of them; each is answered by a run that served',
    { timeout: 2 * minutes },
    async () => {
      second = await train({ seed: 2 })
      expect(second).toMatchObject({ status: 'COMPLETED', error: null, isActive: false, baselineId: first?.id })
      expect(second.comparison).toMatchObject({ recommendation: second.recommendation })
      expect(await serves()).toBe(first?.name)

      let promoted = false
      const loop = async () => {
        const names: string[] = []
        for (let after = 0; after < 2; promoted && after++) names.push(await serves())
        return names
      }
      const clients = Array.from({ length: 8 }, loop)
      const { data } = await promote(second)
      promoted = true
      expect(data?.promote).toMatchObject({ name: second.name, isActive: true })
      const answers = await Promise.all(clients)
      expect(new Set(answers.flat())).toEqual(new Set([first?.name, second.name]))
      // What was asked after the promotion is answered by the new one.
      expect(answers.map((names) => names.at(-1))).toEqual(Array(8).fill(second.name))
      expect((await active()).map(({ name }) => name)).toEqual([second.name])
    },
  )

  it('leaves the threads of one model, however many there were', { timeout: minutes }, async () => {
    for (let i = 0; i < 5; i++) {
      const { errors } = await promote((i % 2 === 0 ? first : second) ?? expect.fail())
      expect(errors).toBeUndefined()
      expect(await serves()).toBe((i % 2 === 0 ? first : second)?.name)
      expect(threads.size).toBe(ofOneModel)
    }
  })

  it('of two at once ends with one of them, in the database and in fact', { timeout: minutes }, async () => {
    const runs = [first ?? expect.fail(), second ?? expect.fail()]
    await Promise.all(runs.concat(runs).map(promote))
    const [only, ...others] = await active()
    expect(others).toEqual([])
    expect(await serves()).toBe(only?.name)
    expect(threads.size).toBe(ofOneModel)
  })

  it('of the run that serves answers as if done', async () => {
    const [run] = await active()
    const { data } = await promote(run ?? expect.fail())
    expect(data?.promote).toMatchObject({ name: run?.name, isActive: true })
    expect(new Date(data?.promote.promotedAt ?? '')).toEqual(run?.promotedAt)
  })

  it.each(['CANCELLED', 'FAILED', 'INTERRUPTED'] as const)('of a run that is %s is refused', async (status) => {
    const run = first ?? expect.fail()
    const { name } = await hall.db.trainingRun.create({
      data: {
        name: `run-${status}`,
        versionId: run.versionId,
        recipe: 'DEFAULT',
        settings: {},
        classLabels: [],
        status,
      },
    })
    const { status: http, errors } = await promote({ name })
    expect([http, errors?.[0]?.extensions.code]).toEqual([409, 'CONFLICT'])
    expect(errors?.[0]?.message).toContain(status)
  })

  it('of a run that does not exist is NOT_FOUND', async () => {
    expect((await promote({ name: 'run-999' })).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
  })
})

describe('a model that is not what it was', () => {
  const backup = () => `${folderOf(second ?? expect.fail())}.backup`
  const fileIn = (name: string) => path.join(folderOf(second ?? expect.fail()), name)
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

  async function changeCard(change: (card: Card) => void): Promise<void> {
    const card = JSON.parse(await readFile(fileIn('card.json'), 'utf8')) as Card
    change(card)
    await writeFile(fileIn('card.json'), JSON.stringify(card))
  }
  /** As whoever could also write to the database would. */
  async function vouchForCard(): Promise<void> {
    const hash = sha256(await readFile(fileIn('card.json')))
    const artefacts = (second?.artefacts ?? []) as unknown as Artefact[]
    const changed = artefacts.map((one) => (one.name === 'card.json' ? { ...one, sha256: hash } : one))
    await hall.db.trainingRun.update({
      where: { id: second?.id ?? '' },
      data: { artefacts: changed },
    })
  }
  async function replaceModel(change: (bytes: Buffer) => void): Promise<void> {
    const bytes = await readFile(fileIn('model.onnx'))
    change(bytes)
    await writeFile(fileIn('model.onnx'), bytes)
    await changeCard((card) => {
      for (const one of card.files) if (one.name === 'model.onnx') one.sha256 = sha256(bytes)
    })
    await vouchForCard()
  }

  beforeAll(async () => {
    await promote(first ?? expect.fail())
    await cp(folderOf(second ?? expect.fail()), backup(), { recursive: true })
  })
  afterEach(async () => {
    await rm(folderOf(second ?? expect.fail()), { recursive: true, force: true })
    await cp(backup(), folderOf(second ?? expect.fail()), { recursive: true })
    await hall.db.trainingRun.update({
      where: { id: second?.id ?? '' },
      data: { artefacts: second?.artefacts as Prisma.InputJsonValue, classLabels: second?.classLabels ?? [] },
    })
  })

  it.each<[string, string, () => Promise<void>]>([
    [
      'a flipped bit in its weights',
      'model.onnx is not the file that the card describes',
      async () => {
        const bytes = await readFile(fileIn('model.onnx'))
        const middle = bytes.length >> 1
        bytes[middle] = (bytes[middle] ?? 0) ^ 1
        await writeFile(fileIn('model.onnx'), bytes)
      },
    ],
    [
      'a file that was cut short',
      'model.onnx is not the file that the card describes',
      async () => writeFile(fileIn('model.onnx'), (await readFile(fileIn('model.onnx'))).subarray(0, -1)),
    ],
    [
      'an answer of another shape',
      'it does not give 5 logits a photo',
      async () => {
        const classLabels = [...(second?.classLabels ?? []), 'tin']
        await hall.db.trainingRun.update({ where: { id: second?.id ?? '' }, data: { classLabels } })
        await changeCard((card) => (card.classLabels = classLabels))
        await vouchForCard()
      },
    ],
    ['no card', 'no readable card.json', () => rm(fileIn('card.json'))],
    [
      'half a card',
      'card.json is not JSON',
      async () => writeFile(fileIn('card.json'), (await readFile(fileIn('card.json'))).subarray(0, 300)),
    ],
    ['no golden photos', 'golden.bin is missing', () => rm(fileIn('golden.bin'))],
    ['no folder', 'no readable card.json', () => rm(folderOf(second ?? expect.fail()), { recursive: true })],
    [
      'labels in another order',
      'other class labels than the run',
      () => changeCard((card) => card.classLabels.sort((a, b) => (a < b ? 1 : -1))),
    ],
    [
      'the card of another run',
      'is that of run',
      () => cp(path.join(folderOf(first ?? expect.fail()), 'card.json'), fileIn('card.json')),
    ],
    [
      'other thresholds',
      'was changed after the run had written it',
      () => changeCard((card) => (card.thresholds.energy = 1e9)),
    ],
    [
      'pixels that are made otherwise',
      'this server makes',
      async () => {
        await changeCard((card) => (card.preprocessing = 'grey'))
        await vouchForCard()
      },
    ],
    [
      'weights that are not numbers',
      'differ from the evaluation',
      () => replaceModel((bytes) => bytes.fill(0xff, (bytes.length >> 2) & ~3, ((bytes.length >> 2) & ~3) + 40_000)),
    ],
    ['an ONNX file that is none', 'onnxruntime cannot load it', () => replaceModel((bytes) => bytes.fill(0, 0, 1_000))],
    [
      'no novelty, although it has a limit for it',
      'does not measure novelty',
      () =>
        replaceModel((bytes) => {
          for (let at = bytes.indexOf('novelty'); at >= 0; at = bytes.indexOf('novelty', at)) bytes.write('another', at)
        }),
    ],
    [
      'a card that nobody vouches for',
      'no hash of its card.json was kept',
      async () => {
        await hall.db.trainingRun.update({ where: { id: second?.id ?? '' }, data: { artefacts: [] } })
      },
    ],
  ])('is refused with the reason, and the old one goes on answering: %s', async (_, reason, spoil) => {
    await spoil()
    const { status, errors } = await promote(second ?? expect.fail())
    expect([status, errors?.[0]?.extensions.code]).toEqual([409, 'CONFLICT'])
    expect(errors?.[0]?.message).toContain(reason)
    expect(errors?.[0]?.message).not.toContain(hall.folder)
    expect(await serves()).toBe(first?.name)
    expect((await active()).map(({ name }) => name)).toEqual([first?.name])
    expect(threads.size).toBe(ofOneModel)
  })

  describe('in 8 bits, where the server prefers that', () => {
    let quick: TestServer
    beforeAll(async () => {
      quick = await startTestServer({ ...settingsOf(hall), WASTEX_PRECISION: 'int8' })
    })
    afterAll(() => quick.close())

    const document = `mutation ($name: String!) { promote(name: $name) { name } }`
    const promoteThere = async ({ name }: Pick<TrainingRun, 'name'>) => {
      await ask(quick.address, document, { name })
      const { servingModel } = await ask<
        { servingModel: { run: { name: string }; precision: string; int8Refused: string | null } },
        object
      >(quick.address, '{ servingModel { run { name } precision int8Refused } }', {})
      return servingModel
    }
    const offer = (refused: string | null) => async () => {
      await changeCard(({ quantised }) => {
        if (quantised) quantised.refused = refused
      })
      await vouchForCard()
    }
    const own = () => second ?? expect.fail()

    it('serves so when the run offers it, and answers', { timeout: minutes }, async () => {
      await offer(null)()
      expect(await promoteThere(own())).toEqual({ run: { name: own().name }, precision: 'INT8', int8Refused: null })
      const { data } = await upload<{ classify: Classified }, object>(quick.address, classifyDocument, {
        image: file(known, 'photo.jpg'),
      })
      expect(data?.classify.servedBy.name).toBe(own().name)
    })

    it.each<[string, string, () => Promise<void>]>([
      ['it was judged to differ', 'its macro F1 is', offer('its macro F1 is 80.0 %, and 90.0 % in float32')],
      ['the file is gone', 'model-int8.onnx is missing', () => offer(null)().then(() => rm(fileIn('model-int8.onnx')))],
      [
        'this machine computes it otherwise',
        'differ from the evaluation',
        async () => {
          await changeCard(({ quantised }) => {
            if (!quantised) return
            quantised.refused = null
            quantised.golden.logits[0]?.fill(9)
          })
          await vouchForCard()
        },
      ],
      [
        'the run was trained before there were any',
        'has no model-int8.onnx',
        async () => {
          await changeCard((card) => (card.quantised = null))
          await vouchForCard()
        },
      ],
    ])('serves in float32 and says why when %s', { timeout: minutes }, async (_, reason, spoil) => {
      await promoteThere(first ?? expect.fail())
      await spoil()
      const served = await promoteThere(own())
      expect(served).toMatchObject({ run: { name: own().name }, precision: 'FLOAT32' })
      expect(served.int8Refused).toContain(reason)
    })
  })

  it('serves again as soon as it is whole again', async () => {
    expect((await promote(second ?? expect.fail())).errors).toBeUndefined()
    expect(await serves()).toBe(second?.name)
  })
})

describe('a thread of the model', () => {
  const crash = async () => {
    expect(threads.size).toBe(ofOneModel)
    const [one] = threads
    await one?.terminate()
  }

  it('is replaced when it crashes; when it does again, /ready says so, and a promotion mends it', async () => {
    const next = new Promise((resolve) => process.once('worker', resolve))
    await crash()
    await next
    // Its turn comes when the model is back.
    expect((await promote(second ?? expect.fail())).errors).toBeUndefined()
    expect(await serves()).toBe(second?.name)

    await crash()
    expect((await classify(known)).errors?.[0]?.extensions.code).toBe('NO_MODEL')
    expect(await (await fetch(`${server.address}/ready`)).text()).toContain(`run “${second?.name}” has crashed`)
    expect((await promote(second ?? expect.fail())).errors).toBeUndefined()
    expect(await serves()).toBe(second?.name)
    expect(threads.size).toBe(ofOneModel)
  })
})

describe('what should serve and does not', () => {
  let serving: Serving
  let promotion: Promotion
  beforeEach(() => {
    serving = new Serving(hall.config)
    promotion = new Promotion(hall, serving, 200)
  })
  afterEach(async () => {
    await promotion.close()
    await serving.close()
  })
  const isBack = () => vi.waitFor(() => expect(serving.current).toBeDefined(), { timeout: 20_000, interval: 50 })

  it('is loaded again however often it crashes, after a rest each time', { timeout: minutes }, async () => {
    await promotion.follow()
    for (let crashes = 0; crashes < 3; crashes++) {
      await [...threads].at(-1)?.terminate()
      await vi.waitFor(() => expect(serving.current).toBeUndefined())
      await isBack()
    }
    expect(serving.problem).toBeUndefined()
  })

  it('is tried again when it was refused, until it is whole', { timeout: minutes }, async () => {
    const [run] = await active()
    const folder = folderOf(run ?? expect.fail())
    await rename(folder, `${folder}.away`)
    await promotion.follow()
    expect(serving.problem).toContain('is refused')
    await rename(`${folder}.away`, folder)
    await isBack()
    expect(serving.problem).toBeUndefined()
  })

  it('is no problem any more once the run that serves should serve again', { timeout: minutes }, async () => {
    await promotion.follow()
    const [run] = await active()
    const { id } = await ghost()
    await markActive(hall.db, system, id)
    await vi.waitFor(() => expect(serving.problem).toContain('is refused'))
    await markActive(hall.db, system, run?.id ?? '')
    await vi.waitFor(() => expect(serving.problem).toBeUndefined())
    expect(await (await fetch(`${server.address}/ready`)).text()).not.toContain('refused')
  })
})

describe('a run that was started with autoPromote', () => {
  /** As if the process had died between its last word and its promotion. */
  const asked = (run: TrainingRun, over: TrainingRun) => ({
    where: { id: run.id },
    data: {
      autoPromote: true,
      promotedAt: null,
      recommendation: 'PROMOTE' as const,
      baselineId: over.id,
      finishedAt: new Date(),
    },
  })

  it('is promoted by the next start when the last one died before it could', { timeout: minutes }, async () => {
    await promote(first ?? expect.fail())
    await hall.db.trainingRun.update(asked(second ?? expect.fail(), first ?? expect.fail()))
    await server.close()
    server = await startServerOf(hall)
    expect(await serves()).toBe(second?.name)
    expect((await active()).map(({ name }) => name)).toEqual([second?.name])
  })

  it('is not, when somebody has decided otherwise since', { timeout: minutes }, async () => {
    await hall.db.trainingRun.update(asked(first ?? expect.fail(), second ?? expect.fail()))
    await hall.db.trainingRun.update({ where: { id: second?.id ?? '' }, data: { promotedAt: new Date() } })
    await server.close()
    server = await startServerOf(hall)
    expect(await serves()).toBe(second?.name)
  })

  it('gives way to whatever is promoted while it is loaded', { timeout: minutes }, async () => {
    await hall.db.trainingRun.update(asked(first ?? expect.fail(), second ?? expect.fail()))
    const { id } = await ghost()
    const serving = new Serving(hall.config)
    const prepare = serving.prepare.bind(serving)
    serving.prepare = async (run) => {
      const model = await prepare(run)
      await markActive(hall.db, system, id)
      return model
    }
    const before = threads.size
    await promoteDue(hall, new Promotion(hall, serving))
    expect((await active()).map((run) => run.id)).toEqual([id])
    expect([serving.current, threads.size]).toEqual([undefined, before])
    expect((await promote(second ?? expect.fail())).errors).toBeUndefined()
    expect(await serves()).toBe(second?.name)
  })
})

describe('the next start', () => {
  it('serves the run that served', { timeout: minutes }, async () => {
    await server.close()
    expect(threads.size).toBe(0)
    server = await startServerOf(hall)
    expect(await serves()).toBe(second?.name)
  })

  it('starts without a model when that one is broken, says so, and takes another', { timeout: minutes }, async () => {
    await server.close()
    const folder = folderOf(second ?? expect.fail())
    await rename(folder, `${folder}.away`)
    server = await startServerOf(hall)
    const ready = await fetch(`${server.address}/ready`)
    expect(ready.status).toBe(200)
    expect(await ready.text()).toContain(`run “${second?.name}” is refused`)
    expect((await classify(known)).errors?.[0]?.extensions.code).toBe('NO_MODEL')
    expect((await promote(first ?? expect.fail())).errors).toBeUndefined()
    expect(await serves()).toBe(first?.name)
    expect(await (await fetch(`${server.address}/ready`)).text()).not.toContain('refused')
    await rename(`${folder}.away`, folder)
  })

  it('of a second process follows the promotions of the first', { timeout: 2 * minutes }, async () => {
    const beside = await startServerOf(hall)
    const own = server
    try {
      server = beside
      expect(await serves()).toBe(first?.name)
      server = own
      await promote(second ?? expect.fail())
      server = beside
      // Whatever it is asked meanwhile it answers, by the one or the other.
      for (let name = await serves(); name !== second?.name; name = await serves()) expect(name).toBe(first?.name)

      // Two are promoted at once, one here and one there: both servers end with the same.
      for (let round = 0; round < 2; round++) {
        const here = promote(first ?? expect.fail())
        server = own
        const both = await Promise.all([here, promote(second ?? expect.fail())])
        expect(both.map(({ errors }) => errors)).toEqual([undefined, undefined])
        const [only, ...others] = await active()
        expect(others).toEqual([])
        for (server of [own, beside])
          await vi.waitFor(async () => expect(await serves()).toBe(only?.name), { timeout: minutes, interval: 200 })
      }
      expect(threads.size).toBe(2 * ofOneModel)
    } finally {
      server = own
      await beside.close()
    }
  })
})
