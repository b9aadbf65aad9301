/** `classify` from outside against decoding and the bare engine; and what everybody else feels of it. */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { DashboardDocument, ReviewQueueDocument, VersionsDocument } from '../../documents/generated/graphql.js'
import { decode } from '../../src/photos/decode.js'
import { unitPixels } from '../../src/photos/pixels.js'
import { openSession } from '../../src/predictions/session.js'
import type { House } from '../house.js'
import {
  answersPerSecond,
  closedLoop,
  classifyRequest,
  during,
  durations,
  openLoop,
  queryRequest,
  send,
} from '../load.js'
import type { Bench } from '../bench.js'
import { median, percentile, timed } from '../statistics.js'
import { atLeast, atMost, mebibytes, milliseconds, perSecond, type Row } from '../table.js'
import { bestOf } from './frozen-part.js'

const clients = 32
const loadMs = 30_000
const queryEveryMs = 40
const eventLoopMs = 20

export async function* classifying(bench: Bench): AsyncGenerator<Row> {
  const house = await bench.house()
  await house.restart()
  const small = await Promise.all(
    house.photos
      .filter((_, i) => i % 20 === 0)
      .slice(0, 64)
      .map((file) => readFile(file)),
  )
  yield* alone(house, 'a 512 × 384 JPEG', small)
  yield* alone(house, 'a 12-megapixel JPEG', await Promise.all(small.slice(0, 4).map(enlarged)))
  yield* together(house, small)
}

/** 4000 x 3000, as a phone's camera makes it. */
const enlarged = (photo: Uint8Array): Promise<Buffer> =>
  sharp(photo).resize(4000, 3000, { fit: 'fill' }).jpeg({ quality: 90 }).toBuffer()

const modelOf = ({ config, firstTraining }: House) => path.join(config.modelsDir, firstTraining.run.name, 'model.onnx')

/** In turns, so that both have the same machine. */
async function* alone(house: House, what: string, photos: readonly Uint8Array[]): AsyncGenerator<Row> {
  const session = await openSession(modelOf(house), { threads: availableParallelism() })
  const bare = async (photo: Uint8Array) => session.run(unitPixels((await decode(photo)).pixels), 1)
  const requests = photos.map(classifyRequest)
  const [theirs, ours]: [number[], number[]] = [[], []]
  for (let i = 0; i < 5; i++) {
    await bare(photos[i % photos.length] as Uint8Array)
    await send(house.server.address, requests[i % requests.length] as (typeof requests)[number])
  }
  for (let i = 0; i < 80; i++) {
    const at = i % photos.length
    theirs.push(await timed(() => bare(photos[at] as Uint8Array)))
    ours.push(await timed(() => send(house.server.address, requests[at] as (typeof requests)[number])))
  }
  await session.release()
  yield {
    what: `classify over HTTP, one client, ${what}: p50`,
    ours: milliseconds(median(ours)),
    against: `${milliseconds(median(theirs))}, bare decoding and bare onnxruntime`,
    ...atMost(median(ours) / median(theirs), 1.3, '×'),
  }
}

async function* together(house: House, photos: readonly Uint8Array[]): AsyncGenerator<Row> {
  const { server } = house
  const requests = photos.map(classifyRequest)
  const others = [
    queryRequest(ReviewQueueDocument.toString(), { first: 20 }),
    queryRequest(DashboardDocument.toString()),
    queryRequest(VersionsDocument.toString(), { first: 20 }),
  ]
  const bareBefore = await bestOf(modelOf(house))
  for (const other of others) await send(server.address, other)
  await openLoop(server.address, queryEveryMs, others, during(2_000))
  const idle = durations(await openLoop(server.address, queryEveryMs, others, during(loadMs / 2)))
  await closedLoop(server.address, clients, requests, during(3_000))
  const calls = await closedLoop(server.address, clients, requests, during(loadMs))
  await server.vitals('reset')
  const ended = during(loadMs)
  const [, busy] = await Promise.all([
    closedLoop(server.address, clients, requests, ended),
    openLoop(server.address, queryEveryMs, others, ended).then(durations),
  ])
  const { eventLoopP99Ms, rss } = await server.vitals()
  const bare = Math.max(bareBefore, await bestOf(modelOf(house)))

  const rate = answersPerSecond(calls, loadMs)
  yield {
    what: `classify, ${clients} clients: photos a second`,
    ours: perSecond(rate),
    against: `${perSecond(bare)}, bare onnxruntime at its best batch size`,
    ...atLeast(rate / bare, 0.9, '%'),
  }
  const p99 = percentile(durations(calls), 0.99)
  const fair = (clients / rate) * 1000
  const perClient = Array.from(
    { length: clients },
    (_, client) => calls.filter((call) => call.client === client).length,
  )
  yield {
    what: `classify, ${clients} clients: p99 (every client had ${Math.min(...perClient)} to ${Math.max(...perClient)} answers)`,
    ours: milliseconds(p99),
    against: `${milliseconds(fair)}, ${clients} / throughput`,
    ...atMost(p99 / fair, 2, '×'),
  }
  yield {
    what: `other queries while ${clients} clients classify: p99`,
    ours: milliseconds(percentile(busy, 0.99)),
    against: `${milliseconds(percentile(idle, 0.99))}, the same on the idle server`,
    ...atMost(percentile(busy, 0.99) / percentile(idle, 0.99), 3, '×'),
  }
  yield {
    what: 'event-loop delay meanwhile: p99',
    ours: milliseconds(eventLoopP99Ms),
    against: '',
    ratio: '',
    goal: `≤ ${eventLoopMs} ms`,
    reached: eventLoopP99Ms <= eventLoopMs,
  }
  yield {
    what: 'memory of a serving process, under that load',
    ours: mebibytes(rss),
    against: '',
    ratio: '',
    goal: '',
    reached: undefined,
  }
}
