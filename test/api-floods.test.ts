/** Clients that stall, that are many, or that take their time: each is let go, and the others do not notice. */
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { TrainingEventsDocument } from '../documents/generated/graphql.js'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import { httpLimits } from '../src/api/server.js'
import { SocketCount } from '../src/api/socket-count.js'
import { socketLimits } from '../src/api/sockets.js'
import { mostWaitingForTurn } from '../src/api/turn.js'
import { publish } from '../src/events.js'
import { sockets as openSockets, subscribers, uploads } from '../src/metrics.js'
import { collect, send, watch } from './support/client.js'
import { answerOn, line, multipartHead } from './support/raw-request.js'
import { addRun, addVersion } from './support/rows.js'
import { openTestHall } from './support/hall.js'
import { startTestServer, type TestServer } from './support/server.js'
import { settingsOf } from './support/training.js'
import { until } from './support/until.js'
import { over, shown, startWatchedServer, type WatchedServer } from './support/watched-server.js'

const socketTo = ({ address }: TestServer, headers: Record<string, string> = {}) =>
  new WebSocket(`${address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })

/** @returns 101 when it was taken */
async function statusOf(server: TestServer, headers: Record<string, string> = {}): Promise<[number, WebSocket]> {
  const socket = socketTo(server, headers)
  socket.on('error', () => undefined)
  const status = await Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode),
  ])
  return [status, socket]
}

describe('a subscriber that reads nothing', () => {
  let server: WatchedServer
  let versionId: number
  beforeAll(async () => {
    server = await startWatchedServer({ WASTEX_SOCKETS: '1' })
    versionId = (await addVersion(server.db, 'v1')).id
  })
  afterAll(() => server.close())

  /** Asks, and reads nothing. @returns `gone` resolves when the server has hung up */
  async function stalledReader(request: string): Promise<{ gone: Promise<unknown> }> {
    const socket = await line(server.address)
    socket.pause()
    socket.write(request)
    const end = await server.lineOf(socket)
    await until(() => end.bytesWritten > 0)
    return { gone: over(end) }
  }
  /** Each of them asks for more than the operating system takes in for a reader that does not read. */
  async function stalledReaders() {
    const file = path.join(server.config.modelsDir, 'run-1', 'history.csv')
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, Buffer.alloc(32 * 1024 * 1024))
    const query = JSON.stringify({ query: TrainingEventsDocument.toString(), variables: { run: 'run-1', after: 0 } })
    const stream =
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n' +
      `content-length: ${Buffer.byteLength(query)}\r\n\r\n${query}`
    // 9 MB, which are there as a whole before the first byte of them is sent.
    const page = 'GET /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\n\r\n'
    const csv = 'GET /files/runs/run-1/history.csv HTTP/1.1\r\nhost: localhost\r\n\r\n'
    return Promise.all([stream, csv, page.repeat(2)].map(stalledReader))
  }

  /** A frame of a client's text, masked with zeros. */
  const frame = (message: object) => {
    const text = Buffer.from(JSON.stringify(message))
    const head = Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0])
    return Buffer.concat([head, text])
  }

  async function subscribed(after: number, times = 1): Promise<Socket> {
    const socket = await line(server.address)
    socket.write(
      'GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
        'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n',
    )
    await once(socket, 'data')
    socket.write(frame({ type: 'connection_init' }))
    await once(socket, 'data')
    socket.pause()
    const payload = { query: TrainingEventsDocument.toString(), variables: { run: 'run-1', after } }
    for (let id = 1; id <= times; id++) socket.write(frame({ type: 'subscribe', id: `${id}`, payload }))
    return socket
  }

  it('is let go; the others hear everything meanwhile, and it comes back and misses and repeats nothing', async () => {
    const artefacts = [{ name: 'history.csv', bytes: 32 * 1024 * 1024, sha256: 'abc' }]
    const run = await addRun(server.db, 'run-1', versionId, { status: 'RUNNING', artefacts })
    // More than the operating system takes in for a reader that does not read.
    const [events, bytes] = [300, 300_000]
    const tell = async (seq: number, status: 'RUNNING' | 'COMPLETED') => {
      const payload = { status, message: 'x'.repeat(bytes) }
      await server.db.runEvent.create({ data: { runId: run.id, seq, type: 'TrainingStatusChanged', payload } })
    }
    for (let seq = 1; seq < events; seq++) await tell(seq, 'RUNNING')
    const subscribersBefore = await shown(subscribers)
    const overHttp = await stalledReaders()
    const stalled = await subscribed(0)
    const began = performance.now()
    const other = collect(
      watch(server.address, TrainingEventsDocument, { run: 'run-1', after: events - 50 }, { over: 'SSE' }),
    )

    await server.db.trainingRun.update({ where: { id: run.id }, data: { status: 'COMPLETED' } })
    await tell(events, 'COMPLETED')
    await publish(server.db, 'trainingEvent', { runId: run.id, seq: events })
    const asked = performance.now()
    expect((await other).map(({ trainingEvents }) => trainingEvents.seq)).toEqual(
      Array.from({ length: 50 }, (_, i) => events - 49 + i),
    )
    expect(performance.now() - asked).toBeLessThan(5_000)

    // It has the only place for a socket: when another one is taken, it has gone.
    for (let status = 0; status !== 101; await wait(100)) {
      const [now, socket] = await statusOf(server)
      status = now
      socket.terminate()
    }
    // Sooner than by a ping that it does not answer.
    expect(performance.now() - began).toBeLessThan(2 * socketLimits.pingMs - 2_000)
    await Promise.all(overHttp.map(({ gone }) => gone))
    await until(async () => (await shown(subscribers)) === subscribersBefore)

    const chunks: Buffer[] = []
    stalled.on('data', (chunk: Buffer) => chunks.push(chunk))
    stalled.resume()
    await new Promise((resolve) => stalled.once('close', resolve))
    const seen = [
      ...Buffer.concat(chunks)
        .toString('latin1')
        .matchAll(/"seq":(\d+)[^{}]*\}\}\}/g),
    ].map(([, seq]) => Number(seq))
    const last = seen.at(-1) ?? 0
    expect(last).toBeLessThan(events)
    expect(seen).toEqual(Array.from({ length: last }, (_, i) => i + 1))
    const rest = await collect(watch(server.address, TrainingEventsDocument, { run: 'run-1', after: last }))
    expect(rest.map(({ trainingEvents }) => trainingEvents.seq)).toEqual(
      Array.from({ length: events - last }, (_, i) => last + 1 + i),
    )
  }, 90_000)

  it('that asks for more than it takes is closed at once', async () => {
    await until(async () => (await shown(openSockets)) === 0) // there is a place for it
    const began = performance.now()
    // Whoever is so near to the newest is given what is read once for all.
    const greedy = await subscribed(200, 40)
    await over(await server.lineOf(greedy))
    expect(performance.now() - began).toBeLessThan(httpLimits.stalledMs - 1_000)
    greedy.destroy()
  }, 20_000)
})

describe('sockets', () => {
  it('are so many in all; one that goes makes room', async () => {
    const server = await startTestServer({ WASTEX_SOCKETS: '3' })
    const taken = await Promise.all([1, 2, 3].map(() => statusOf(server)))
    expect(taken.map(([status]) => status)).toEqual([101, 101, 101])
    expect((await statusOf(server))[0]).toBe(503)
    taken[0]?.[1].terminate()
    while ((await statusOf(server))[0] !== 101) await wait(20)
    await server.close()
  })

  it('of one address are fewer; who it is behind a proxy, only a trusted proxy says', async () => {
    const settings = { WASTEX_SOCKETS_PER_ADDRESS: '2' }
    const hall = await openTestHall()
    await createToken(hall.db, command, { name: 'root', role: 'ADMIN' }) // else it trusts nobody
    const [trusting, alone] = await Promise.all([
      startTestServer({ ...settingsOf(hall), ...settings, WASTEX_TRUST_PROXY: '1' }),
      startTestServer(settings),
    ])
    const from = (server: TestServer, addresses: string) => statusOf(server, { 'x-forwarded-for': addresses })
    const statuses = async (server: TestServer, all: string[]) => {
      const found: number[] = []
      for (const addresses of all) found.push((await from(server, addresses))[0])
      return found
    }
    const asked = ['203.0.113.7', '9.9.9.9, 203.0.113.7', '203.0.113.7', '8.8.8.8, 203.0.113.7', '203.0.113.8']
    expect(await statuses(trusting, asked)).toEqual([101, 101, 503, 503, 101])
    expect(await statuses(alone, asked)).toEqual([101, 101, 101, 101, 101])
    await Promise.all([trusting.close(), alone.close()])
    await hall.close()
  })

  it('are counted down once each, and an address without any is forgotten', () => {
    const count = new SocketCount({ sockets: 2, perAddress: 1 })
    const leave = count.enter('203.0.113.7')
    expect(count.enter('203.0.113.7')).toBeUndefined()
    expect(count.enter('::ffff:127.0.0.1')).toBeDefined()
    expect(count.enter('127.0.0.1')).toBeUndefined()
    leave?.()
    leave?.()
    expect(count.enter('203.0.113.7')).toBeDefined()
    expect(count.enter('203.0.113.8')).toBeUndefined()
  })

  it('have so many operations each: one more is an error of its own', async () => {
    const server = await startTestServer()
    const socket = socketTo(server)
    await once(socket, 'open')
    socket.send('{"type":"connection_init"}')
    await once(socket, 'message')
    const refused = new Promise<{ id: string; payload: { message: string }[] }>((resolve) =>
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { type: string; id: string; payload: { message: string }[] }
        if (message.type === 'error') resolve(message)
      }),
    )
    for (let id = 1; id <= socketLimits.operations + 1; id++)
      socket.send(
        JSON.stringify({ type: 'subscribe', id: `${id}`, payload: { query: 'subscription { imageQueued { id } }' } }),
      )
    expect(await refused).toMatchObject({
      id: `${socketLimits.operations + 1}`,
      payload: [{ message: expect.stringContaining('At most 100') }],
    })
    expect(socket.readyState).toBe(WebSocket.OPEN)
    socket.close()
    await server.close()
  })

  describe('with operations that take their time', () => {
    let server: TestServer
    beforeAll(async () => {
      server = await startTestServer()
    })
    afterAll(() => server.close())

    interface Message {
      type: string
      id?: string
      payload?: unknown
    }
    /** While `work` is done, nobody can read runs. */
    const whileRunsAreLocked = (work: () => Promise<void>) =>
      server.db.$transaction(
        async (tx) => {
          await tx.$executeRaw`LOCK TABLE "TrainingRun" IN ACCESS EXCLUSIVE MODE`
          await work()
        },
        { timeout: 10_000 },
      )
    async function introduced() {
      const socket = socketTo(server)
      const said: Message[] = []
      socket.on('message', (data: Buffer) => said.push(JSON.parse(data.toString()) as Message))
      await once(socket, 'open')
      socket.send('{"type":"connection_init"}')
      await once(socket, 'message')
      const ask = (id: string) =>
        socket.send(
          JSON.stringify({ type: 'subscribe', id, payload: { query: '{ trainingRuns(first: 1) { totalCount } }' } }),
        )
      const complete = (id: string) => socket.send(JSON.stringify({ type: 'complete', id }))
      return { socket, said, ask, complete }
    }

    it('count those that were completed until they have ended', async () => {
      const { socket, said, ask, complete } = await introduced()
      const answerTo = async (id: string) => {
        for (;;) {
          const found = said.find((message) => message.id === id)
          if (found) return found
          await once(socket, 'message')
        }
      }
      await whileRunsAreLocked(async () => {
        for (let n = 1; n <= socketLimits.operations; n++) {
          ask(`${n}`)
          complete(`${n}`)
        }
        ask('one more')
        expect(await answerTo('one more')).toMatchObject({
          type: 'error',
          payload: [{ message: expect.stringContaining('At most 100') }],
        })
      })
      // Of none of those that were completed anything is said; when they have ended, there is room.
      let tries = 0
      do ask(`again ${++tries}`)
      while ((await answerTo(`again ${tries}`)).type === 'error')
      expect(said.map(({ id }) => id).filter((id) => /^\d+$/.test(id ?? ''))).toEqual([])
      socket.close()
    })

    it('are closed when an id is taken again before the operation that has it has ended', async () => {
      const { socket, said, ask, complete } = await introduced()
      await whileRunsAreLocked(async () => {
        ask('same')
        complete('same')
        ask('same')
        expect((await once(socket, 'close'))[0]).toBe(4409)
      })
      expect(said.map(({ type }) => type)).toEqual(['connection_ack'])
    })
  })
})

describe('requests of one connection', () => {
  let server: WatchedServer
  beforeAll(async () => {
    server = await startWatchedServer()
  })
  afterAll(() => server.close())
  const health = 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n'
  const stream =
    `GET /graphql?query=${encodeURIComponent('subscription { imageQueued { id } }')} HTTP/1.1\r\n` +
    'host: localhost\r\naccept: text/event-stream\r\n\r\n'

  it('wait for their turn, and each is answered', async () => {
    const socket = await line(server.address)
    socket.write(health.repeat(5) + health.replace('host', 'connection: close\r\nhost'))
    const { body } = await answerOn(socket)
    expect(body.match(/"status":"alive"/g)).toHaveLength(6)
  })

  it('hold nothing until it is their turn: nothing is left of them when the client hangs up', async () => {
    const before = await shown(subscribers)
    const socket = await line(server.address)
    const sent = stream + multipartHead('x', 1_000)
    socket.write(sent)
    const end = await server.lineOf(socket)
    await until(async () => end.bytesRead === sent.length && (await shown(subscribers)) > before)
    expect(await shown(uploads)).toBe(0)
    const closed = over(end)
    socket.destroy()
    await closed
    await until(async () => (await shown(subscribers)) === before)
    expect(await shown(uploads)).toBe(0)
  })

  it('are so many: one more, and it is closed', async () => {
    const socket = await line(server.address)
    socket.write(stream)
    await once(socket, 'data')
    socket.write(health.repeat(mostWaitingForTurn))
    await once(socket, 'data') // a ping of the stream: it still stands
    socket.write(health)
    await new Promise((resolve) => socket.once('close', resolve))
    expect((await fetch(`${server.address}/health`)).status).toBe(200)
  })
})

describe('connections', () => {
  it('that send their head a byte at a time are closed, and nobody waits for them', async () => {
    const server = await startTestServer()
    const slow = await Promise.all(Array.from({ length: 40 }, () => line(server.address)))
    const started = performance.now()
    const drip = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('x')), 500)
    for (const socket of slow) socket.write('POST /graphql HTTP/1.1\r\nx-slow: ')
    const answers = Promise.all(slow.map(answerOn))
    const others: number[] = []
    let over = false
    void answers.then(() => (over = true))
    while (!over) {
      const asked = performance.now()
      expect((await send(server.address, '{ __typename }')).status).toBe(200)
      others.push(performance.now() - asked)
      await wait(100)
    }
    clearInterval(drip)
    expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set([408]))
    expect(performance.now() - started).toBeLessThan(httpLimits.headersMs + httpLimits.checkMs + 5_000)
    expect(others.toSorted((a, b) => a - b).at(Math.floor(others.length * 0.95))).toBeLessThan(500)
    await server.close()
  }, 60_000)

  it('with a head that is too long are answered 431', async () => {
    const server = await startTestServer()
    const socket = await line(server.address)
    socket.write(`GET /health HTTP/1.1\r\nhost: localhost\r\nx-long: ${'x'.repeat(httpLimits.headerBytes)}\r\n\r\n`)
    expect(await answerOn(socket)).toMatchObject({ status: 431 })
    await server.close()
  })
})
