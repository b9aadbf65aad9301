/**
 * Promotions under load (WASTEX_PROMOTIONS=50 for fifty), and a day's worth of photos as far as a minute goes: nothing fails, memory is level, nothing is left
 * open. WASTEX_SOAK_SECONDS=86400 for the day itself.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { file, upload, watch } from './support/client.js'
import { withComment } from './support/drawn-photo.js'
import { openTrainedHall } from './support/trained-hall.js'
import type { TestHall } from './support/hall.js'
import { trainingLevel } from '../src/thread.js'
import { ServerProcess } from './support/server-process.js'
import { tellApart } from './support/tell-apart.js'
import type { Resources } from './support/tell-resources.mjs'
import { promote, train } from './support/trained.js'
import { settingsOf } from './support/training.js'
import { until } from './support/until.js'

const minutes = 60_000
const promotions = Number(process.env['WASTEX_PROMOTIONS'] ?? 6)
const soakMs = 1_000 * Number(process.env['WASTEX_SOAK_SECONDS'] ?? 20)
/** The first two of them are a server that still warms up. */
const samples = 6
const canTell = process.platform === 'linux'

let hall: TestHall
let server: ServerProcess
let address: string
let known: Buffer
let unknown: Buffer
const runs: string[] = []
/** How often this server was asked what it holds. */
let asked = 0

const preload = path.join(import.meta.dirname, 'support/tell-resources.mjs')
async function start(): Promise<void> {
  asked = 0
  server = new ServerProcess(settingsOf(hall), ['--expose-gc', '--import', preload])
  address = await server.address()
}

async function resources(): Promise<Resources> {
  server.signal('SIGUSR2')
  const [, told = ''] = await server.said(new RegExp(`^resources ${++asked} (.*)$`, 'm'))
  return JSON.parse(told) as Resources
}

async function classify(bytes: Buffer): Promise<{ ood: boolean; servedBy: { name: string } }> {
  const { data, errors } = await upload<{ classify: { ood: boolean; servedBy: { name: string } } }, object>(
    address,
    'mutation ($image: Upload!) { classify(image: $image) { ood servedBy { name } } }',
    { image: file(bytes, 'photo.jpg') },
  )
  return data?.classify ?? expect.fail(errors?.[0]?.message)
}
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const MiB = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`

beforeAll(async () => {
  const trained = await openTrainedHall()
  ;({ hall } = trained)
  await start()
  runs.push(trained.run.name)
  ;({ known, unknown } = trained.photos)
}, 3 * minutes)
afterAll(async () => {
  await server.kill()
  await hall.close()
})

/** How far the threads of the server stand behind its own priority, as Linux has it. */
const levels = () =>
  readdirSync(`/proc/${server.pid}/task`).flatMap((thread) => {
    try {
      const [, ...fields] = readFileSync(`/proc/${server.pid}/task/${thread}/stat`, 'utf8').split(/.*\) /)
      return [Number(fields.join('').split(' ')[16]) - getPriority(server.pid)]
    } catch {
      return [] // It has ended meanwhile.
    }
  })

describe.runIf(canTell)('a training with both stages', () => {
  afterAll(async () => {
    // TensorFlow's library stays.
    await server.kill()
    await start()
  })
  it('computes at the level of its share, and gives its memory back', { timeout: 3 * minutes }, async () => {
    const { rss } = await resources()
    const seen = new Set(levels())
    expect(seen).toEqual(new Set([0, 5]))
    const news = hall.events.subscribe('trainingEvent')
    const training = train(hall, address, { seed: 2, stage2: { epochs: 1 } }).finally(() => {
      void news.return?.()
    })
    for await (const _event of news) for (const level of levels()) seen.add(level)
    const second = await training
    await tellApart(hall, second, { known: [known], unknown: [unknown] })
    runs.push(second.name)
    expect(seen).toEqual(new Set([0, 5, trainingLevel(0.25)]))
    // The thread ends after the run.
    await until(async () => (await resources()).rss - rss < 400 * 2 ** 20)
  })
})

interface Call {
  readonly name: string
  readonly sent: number
  readonly answered: number
}
const timed = async (work: () => Promise<string>): Promise<Call> => {
  const sent = performance.now()
  const name = await work()
  return { name, sent, answered: performance.now() }
}

/** Runs that were live at some moment of the call, as far as a client can tell. */
function liveDuring(call: Call, promoted: readonly Call[]): string[] {
  const before = promoted.findLast(({ answered }) => answered < call.sent)
  const meanwhile = promoted.filter(({ sent, answered }) => answered >= call.sent && sent <= call.answered)
  return [before ?? expect.fail('nothing served'), ...meanwhile].map(({ name }) => name)
}

describe.runIf(canTell)(`${promotions} promotions`, () => {
  it(
    'under load fail no call; each is answered by a run that was live; memory and threads stay level',
    { timeout: promotions * 20_000 },
    async () => {
      const promoted: Call[] = [await timed(async () => promote(address, runs[0] ?? '').then(() => runs[0] ?? ''))]
      const ofOneModel = (await resources()).threads
      const rss: number[] = []
      let done = false
      const client = async () => {
        const calls: Call[] = []
        while (!done) calls.push(await timed(async () => (await classify(known)).servedBy.name))
        return calls
      }
      const clients = Array.from({ length: 4 }, client)
      try {
        for (let i = 1; i <= promotions; i++) {
          const name = runs[i % 2] ?? ''
          promoted.push(await timed(() => promote(address, name).then(() => name)))
          if (i % 2 === 0) rss.push((await resources()).rss)
        }
      } finally {
        done = true
      }
      const calls = (await Promise.all(clients)).flat()
      for (const call of calls) expect(liveDuring(call, promoted)).toContain(call.name)
      const [early, late] = [rss.slice(0, rss.length / 2), rss.slice(rss.length / 2)].map(median)
      console.log(`${promotions} promotions, ${calls.length} calls, 0 failed; memory ${rss.map(MiB).join(', ')}`)
      // A model that is not let go would be 250 MB a promotion.
      expect((late ?? Number.NaN) / (early ?? Number.NaN)).toBeLessThan(1.1)
      // libvips' come and go; a model that is not let go would leave three each time.
      expect((await resources()).threads).toBeLessThan(ofOneModel + promotions)
    },
  )
})

describe.runIf(canTell)(`${soakMs / 1000} seconds of photos`, () => {
  it('leave memory level, and no handle, file or thread', { timeout: soakMs + 2 * minutes }, async () => {
    let photos = 0
    const load = async (ms: number) => {
      const until = performance.now() + ms
      const phone = async (number: number) => {
        while (performance.now() < until) {
          const isNew = photos % 10 === 9
          await classify(isNew ? withComment(unknown, `${number} ${photos}`) : known)
          photos++
        }
      }
      // Some watch, and some stop watching.
      const screen = async () => {
        while (performance.now() < until) {
          const news = watch(address, 'subscription { trashCounted { count } }', {}, { over: 'SSE' })
          await news.next()
          await news.return()
          await pause(100)
        }
      }
      await Promise.all([phone(1), phone(2), phone(3), phone(4), screen()])
      await pause(6_000) // Node's client keeps connections for four seconds, the server for five
      return resources()
    }
    const told: Resources[] = []
    for (let i = 0; i < samples; i++) told.push(await load(soakMs / samples))
    const [early, late] = [told.slice(2, 4), told.slice(-2)]
    const level = (of: (one: Resources) => number) => median(late.map(of)) / median(early.map(of))
    console.log(`${photos} photos; ${told.map(({ rss, heap }) => `${MiB(rss)} (heap ${MiB(heap)})`).join(', ')}`)
    expect(level(({ rss }) => rss)).toBeLessThan(1.08)
    expect(level(({ heap }) => heap)).toBeLessThan(1.08)
    // libvips' come and go; one that is not let go, a photo or a screen, would be hundreds.
    expect(late.at(-1)?.threads).toBeLessThanOrEqual((early[0]?.threads ?? 0) + 4)
    expect(late.at(-1)?.descriptors).toBeLessThanOrEqual((early[0]?.descriptors ?? 0) + 2)
    expect(late.at(-1)?.handles['Timeout'] ?? 0).toBeLessThanOrEqual((early[0]?.handles['Timeout'] ?? 0) + 1)
  })
})
