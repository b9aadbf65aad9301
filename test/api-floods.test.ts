/** Clients that stall, that are many, or that take their time: each is let go, and the others do not notice. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { TrainingEventsDocument } from '../documents/generated/graphql.js'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import { httpLimits } from '../src/api/server.js'
import { SocketCount } from '../src/api/socket-count.js'
import { socketLimits } from '../src/api/sockets.js'
import { publish } from '../src/events.js'
import { collect, send, watch } from './support/client.js'
import { answerOn, line } from './support/raw-request.js'
import { addRun, addVersion } from './support/rows.js'
import { openTestHall } from './support/hall.js'
import { startTestServer, type TestServer } from './support/server.js'
import { settingsOf } from './support/training.js'

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
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer({ WASTEX_SOCKETS: '1' })
  })
  afterAll(() => server.close())

  /** A frame of a client's text, masked with zeros. */
  const frame = (message: object) => {
    const text = Buffer.from(JSON.stringify(message))
    const head = Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255, 0, 0, 0, 0])
    return Buffer.concat([head, text])
  }

  async function subscribed(after: number): Promise<Socket> {
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
    socket.write(frame({ type: 'subscribe', id: '1', payload }))
    return socket
  }

  it('is let go; the others hear everything meanwhile, and it comes back and misses and repeats nothing', async () => {
    const { id } = await addVersion(server.db, 'v1')
    const run = await addRun(server.db, 'run-1', id, { status: 'RUNNING' })
    // More than the operating system takes in for a reader that does not read.
    const [events, bytes] = [300, 300_000]
    const tell = async (seq: number, status: 'RUNNING' | 'COMPLETED') => {
      const payload = { status, message: 'x'.repeat(bytes) }
      await server.db.runEvent.create({ data: { runId: run.id, seq, type: 'TrainingStatusChanged', payload } })
    }
    for (let seq = 1; seq < events; seq++) await tell(seq, 'RUNNING')
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

  it('are so many: one more is hung up on, and taken when another has gone', async () => {
    const server = await startTestServer({ WASTEX_CONNECTIONS: '5' })
    const taken = await Promise.all(Array.from({ length: 5 }, () => line(server.address)))
    const ask = async () => {
      const socket = await line(server.address)
      socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
      return (await answerOn(socket)).status
    }
    expect(await ask()).toBe(0)
    taken[0]?.destroy()
    let status = 0
    while (status === 0) status = await ask()
    expect(status).toBe(200)
    for (const socket of taken) socket.destroy()
    await server.close()
  })
})
