import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TrainingEventsDocument } from '../documents/generated/graphql.js'
import type { Prisma, RunStatus } from '../src/db.js'
import { Events, publish } from '../src/events.js'
import { createLog } from '../src/log.js'
import { runEvents } from '../src/api/run-events.js'
import { collect, send, type Transport, watch } from './support/client.js'
import { addRun, addVersion } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'

let server: TestServer
let versionId: number
let run: { id: string; name: string }
let runs = 0

beforeAll(async () => {
  server = await startTestServer()
  versionId = (await addVersion(server.db, 'v1')).id
})
afterAll(() => server.close())
beforeEach(async () => {
  run = await addRun(server.db, `watched-${++runs}`, versionId, { status: 'COMPLETED' })
})

afterEach(() => server.db.trainingRun.update({ where: { id: run.id }, data: { status: 'COMPLETED' } }))

/** As the training room writes: the row and the news of it in one transaction. */
const happens = (seq: number, type: string, payload: Prisma.InputJsonObject, status?: RunStatus) =>
  server.db.$transaction(async (tx) => {
    if (status) await tx.trainingRun.update({ where: { id: run.id }, data: { status } })
    await tx.runEvent.create({ data: { runId: run.id, seq, type, payload } })
    await publish(tx, 'trainingEvent', { runId: run.id, seq })
  })
const progress = (seq: number) =>
  happens(seq, 'TrainingProgress', { stage: 'HEAD', epoch: 1, done: seq, total: 9, etaSeconds: null, loss: null })
const turns = (seq: number, status: RunStatus) =>
  happens(seq, 'TrainingStatusChanged', { status, message: 'said' }, status)

const watchRun = (over: Transport, after?: number) =>
  watch(server.address, TrainingEventsDocument, { run: run.name, ...(after !== undefined && { after }) }, { over })
const seqs = (events: { trainingEvents: { seq: number } }[]) => events.map(({ trainingEvents }) => trainingEvents.seq)

describe.each<Transport>(['SSE', 'WebSocket'])('events of a run over %s', (over) => {
  it('are replayed from the beginning for a finished run, which completes', async () => {
    await turns(1, 'RUNNING')
    await happens(2, 'TrainingStageStarted', { stage: 'HEAD', epochs: 3, images: 100 })
    await progress(3)
    const epoch = {
      stage: 'HEAD',
      epoch: 1,
      loss: 1.5,
      accuracy: 0.5,
      valLoss: null,
      valAccuracy: null,
      learningRate: 1e-4,
    }
    await happens(4, 'TrainingEpochCompleted', { ...epoch, seconds: 2, epochs: 3 })
    await happens(5, 'TrainingEvaluated', { accuracy: 0.9, macroF1: 0.8, recommendation: null })
    await turns(6, 'COMPLETED')
    const events = (await collect(watchRun(over))).map(({ trainingEvents }) => trainingEvents)
    expect(events.map(({ seq, __typename }) => [seq, __typename])).toEqual([
      [1, 'TrainingStatusChanged'],
      [2, 'TrainingStageStarted'],
      [3, 'TrainingProgress'],
      [4, 'TrainingEpochCompleted'],
      [5, 'TrainingEvaluated'],
      [6, 'TrainingStatusChanged'],
    ])
    expect(events[3]).toMatchObject({ ...epoch, seconds: 2, epochs: 3 })
    expect(events[2]).toMatchObject({ done: 3, total: 9, etaSeconds: null, loss: null })
  })

  it('come after the number that was seen last, then live, then the stream completes', async () => {
    for (const seq of [1, 2, 3]) await (seq === 1 ? turns(1, 'RUNNING') : progress(seq))
    const events = watchRun(over, 2)
    expect((await events.next()).value).toMatchObject({ trainingEvents: { seq: 3 } })
    const rest = collect(events)
    await progress(4)
    await turns(5, 'COMPLETED')
    expect(seqs(await rest)).toEqual([4, 5])
  })

  it('go on over the end of a run that is resumed', async () => {
    await turns(1, 'RUNNING')
    await turns(2, 'CANCELLED')
    await turns(3, 'QUEUED')
    const events = watchRun(over)
    expect(seqs([(await events.next()).value as never, (await events.next()).value as never])).toEqual([1, 2])
    const rest = collect(events)
    await turns(4, 'RUNNING')
    await turns(5, 'COMPLETED')
    expect(seqs(await rest)).toEqual([3, 4, 5])
  })

  it('are all there when thousands of them came faster than they were read', async () => {
    await turns(1, 'RUNNING')
    const events = watchRun(over)
    await events.next()
    const rows = Array.from({ length: 3_000 }, (_, i) => ({
      runId: run.id,
      seq: i + 2,
      type: 'TrainingProgress',
      payload: { stage: 'HEAD', epoch: 1, done: i, total: 3_000, etaSeconds: 1.5, loss: 0.5 },
    }))
    await server.db.runEvent.createMany({ data: rows })
    await turns(3_002, 'COMPLETED')
    expect(seqs(await collect(events))).toEqual(Array.from({ length: 3_001 }, (_, i) => i + 2))
  })

  it('of no run there is are an error, as is a number below 0', async () => {
    await expect(collect(watch(server.address, TrainingEventsDocument, { run: 'none' }, { over }))).rejects.toThrow(
      'none',
    )
    await expect(collect(watchRun(over, -1))).rejects.toThrow('after')
  })
})

describe('a subscriber', () => {
  it('that hangs up while nothing happens is let go at once', async () => {
    await turns(1, 'RUNNING')
    const log = createLog('silent')
    const url = server.config.databaseUrl ?? ''
    const events = await Events.open(url, log)
    try {
      const told = await runEvents({ config: server.config, db: server.db, events, log, databaseUrl: url }, run.name, 0)
      expect((await told.next()).value).toMatchObject({ seq: 1 })
      const next = told.next()
      await told.return?.()
      expect(await next).toEqual({ done: true, value: undefined })
    } finally {
      await events.close()
    }
  })

  it('that is far behind when its run is pruned has its end', async () => {
    await turns(1, 'RUNNING')
    const rows = Array.from({ length: 500 }, (_, i) => ({
      runId: run.id,
      seq: i + 2,
      type: 'TrainingProgress',
      payload: { stage: 'HEAD', epoch: 1, done: i, total: 500, etaSeconds: null, loss: null },
    }))
    await server.db.runEvent.createMany({ data: rows })
    const log = createLog('silent')
    const url = server.config.databaseUrl ?? ''
    const events = await Events.open(url, log)
    try {
      const told = await runEvents({ config: server.config, db: server.db, events, log, databaseUrl: url }, run.name, 0)
      await told.next()
      await server.db.runEvent.deleteMany({ where: { runId: run.id } })
      // What it has of them in hand.
      expect((await collect(told)).length).toBeLessThan(500)
    } finally {
      await events.close()
    }
  })

  it.each(['SSE', 'WebSocket'] as const)('that stalls over %s harms nobody', async (over) => {
    await turns(1, 'RUNNING')
    const stalled = connect(Number(new URL(server.address).port), '127.0.0.1')
    const payload = { query: String(TrainingEventsDocument), variables: { run: run.name } }
    stalled.write(over === 'SSE' ? sseRequest(payload) : socketRequest(payload))
    await once(stalled, 'readable') // the answer begins, and is never read

    const message = 'x'.repeat(10_000)
    const rows = Array.from({ length: 2_000 }, (_, i) => ({
      runId: run.id,
      seq: i + 2,
      type: 'TrainingStatusChanged',
      payload: { status: 'RUNNING', message },
    }))
    await server.db.runEvent.createMany({ data: rows })
    await turns(2_002, 'COMPLETED')
    const started = performance.now()
    expect(await collect(watchRun('WebSocket'))).toHaveLength(2_002)
    expect(await send(server.address, '{ __typename }')).toMatchObject({ status: 200 })
    expect(performance.now() - started).toBeLessThan(10_000)
    stalled.destroy()
  })
})

const sseRequest = (payload: object) => {
  const body = JSON.stringify(payload)
  return (
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n' +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
}

/** Upgrade, init and subscribe in one go. */
const socketRequest = (payload: object) =>
  Buffer.concat([
    Buffer.from(
      'GET /graphql HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n' +
        'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n',
    ),
    frame({ type: 'connection_init' }),
    frame({ type: 'subscribe', id: '1', payload }),
  ])

/** A text frame as a client sends it: masked, here with zeros. RFC 6455, section 5.2. */
function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message))
  const length = text.length < 126 ? [0x80 | text.length] : [0x80 | 126, text.length >> 8, text.length & 255]
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), text])
}
