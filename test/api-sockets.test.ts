import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ImageQueuedDocument, ModelPromotedDocument, TrashCountedDocument } from '../documents/generated/graphql.js'
import { system } from '../src/access/doer.js'
import { publish } from '../src/events.js'
import { count } from '../src/predictions/counter.js'
import { recordStatus } from '../src/training/run-record.js'
import { type Transport, watch } from './support/client.js'
import { breakListening } from './support/database.js'
import { addImage, addRun, addVersion } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'
import { until } from './support/until.js'
import { startWatchedServer } from './support/watched-server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const open = (headers: Record<string, string> = {}) =>
  new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })

async function initialised(): Promise<WebSocket> {
  const socket = open()
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  await once(socket, 'message')
  return socket
}

interface Message {
  type: string
  payload?: unknown
}

/** All that is said of an operation. */
async function says(socket: WebSocket, query: string): Promise<Message[]> {
  const said: Message[] = []
  const over = new Promise<void>((resolve) =>
    socket.on('message', function hear(data: Buffer) {
      const message = JSON.parse(data.toString()) as Message
      said.push(message)
      if (message.type === 'next') return
      socket.off('message', hear)
      resolve()
    }),
  )
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }))
  await over
  return said
}

describe('a socket', () => {
  it('runs queries too, with the errors and limits of HTTP', async () => {
    const socket = await initialised()
    expect(await says(socket, '{ __typename }')).toMatchObject([
      { type: 'next', payload: { data: { __typename: 'Query' } } },
      { type: 'complete' },
    ])
    for (const [query, code] of [
      ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
      ['{', 'GRAPHQL_PARSE_FAILED'],
    ] as const) {
      const said = await says(socket, query)
      expect(said).toMatchObject([{ type: 'error', payload: [{ extensions: { code } }] }])
      expect(JSON.stringify(said)).not.toContain('"http"')
    }
    const deep = `{ datasetVersion(name: "x") ${'{ parent '.repeat(30)} { name } ${'}'.repeat(30)} }`
    expect(JSON.stringify(await says(socket, deep))).toMatch(/depth: 32, at most 20/)
    socket.close()
  })

  it('masks what went wrong inside', async () => {
    const broken = { name: 'broken', totalImages: 0, classCounts: { not: 'a list' }, splits: [] }
    await server.db.datasetVersion.create({ data: broken })
    const socket = await initialised()
    const [told] = await says(socket, '{ datasetVersion(name: "broken") { classCounts { count } } }')
    expect(told?.payload).toMatchObject({
      errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR', id: expect.any(String) } }],
    })
    expect(JSON.stringify(told)).not.toMatch(/Iterable|\.ts/)
    socket.close()
  })

  it('of a page elsewhere is refused; of our own page, or of no page, it is not', async () => {
    const statusOf = async (headers: Record<string, string>) => {
      const socket = open(headers)
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
      return response.statusCode
    }
    expect(await statusOf({ origin: 'https://elsewhere.example' })).toBe(403)
    expect(await statusOf({ origin: 'null' })).toBe(403)
    for (const headers of [{ origin: server.address }, {}] as Record<string, string>[]) {
      const socket = open(headers)
      await once(socket, 'open')
      socket.close()
    }
  })

  it('that is refused is closed, though the client keeps its own side open, and the server does not wait for it', async () => {
    const own = await startWatchedServer({ WASTEX_SOCKETS: '1' })
    const knock = async (path: string) => {
      const { hostname, port } = new URL(own.address)
      const client = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
      client.write(
        `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
          'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n',
      )
      const [answer] = (await once(client, 'data')) as [Buffer]
      return { client, status: answer.toString().split(' ')[1] }
    }
    const connections = () =>
      new Promise<number>((resolve) => own.inside.getConnections((_error, count) => resolve(count)))
    const taken = await knock('/graphql')
    const refused = await Promise.all([knock('/elsewhere'), knock('/graphql'), knock('/elsewhere')])
    expect([taken, ...refused].map(({ status }) => status)).toEqual(['101', '404', '503', '404'])
    await until(async () => (await connections()) === 1)
    taken.client.destroy()
    await own.close()
    for (const { client } of refused) client.destroy()
  })

  it('that does not introduce itself is closed within seconds', async () => {
    const socket = open()
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(4408)
  })

  it('that speaks another protocol is closed', async () => {
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`)
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(4406)
  })

  it('that sends more than 64 KiB at once is closed, and nobody else', async () => {
    const [large, other] = [await initialised(), await initialised()]
    large.send(JSON.stringify({ type: 'ping', payload: { pad: 'x'.repeat(65 * 1024) } }))
    const [code] = (await once(large, 'close')) as [number]
    expect(code).toBe(1009)
    expect(await says(other, '{ __typename }')).toMatchObject([{ type: 'next' }, { type: 'complete' }])
    other.close()
  })
})

describe.each<Transport>(['SSE', 'WebSocket'])('news over %s', (over) => {
  // What is told before somebody listens is not for them: it is told until they have heard.
  async function hears<T>(told: AsyncGenerator<T>, tell: () => Promise<unknown>): Promise<T> {
    let heard = false
    const next = told.next().finally(() => (heard = true))
    while (!heard) await Promise.race([next, tell()])
    await told.return(undefined)
    return (await next).value as T
  }

  it('tells of a photo that is queued', async () => {
    const image = await addImage(server.db, { filename: `queued-${over}.jpg`, energy: -0.25 })
    const news = await hears(watch(server.address, ImageQueuedDocument, {}, { over }), () =>
      publish(server.db, 'imageQueued', { id: image.id }),
    )
    expect(news.imageQueued).toMatchObject({ filename: `queued-${over}.jpg`, energy: -0.25, oodReasons: ['ENERGY'] })
  })

  it('tells of a run whose status changes', async () => {
    const version = await addVersion(server.db, `of-${over}`)
    const { id, name } = await addRun(server.db, `watched-${over}`, version.id, { status: 'QUEUED' })
    const document = 'subscription { trainingRunChanged { name status } }'
    const news = await hears(
      watch<{ trainingRunChanged: object }, Record<string, never>>(server.address, document, {}, { over }),
      () => recordStatus(server.db, system, { id }, { status: 'RUNNING' }, 'Running'),
    )
    expect(news.trainingRunChanged).toEqual({ name, status: 'RUNNING' })
    await server.db.trainingRun.delete({ where: { id } })
  })

  it('tells of a photo that is counted, with the count', async () => {
    const news = await hears(watch(server.address, TrashCountedDocument, {}, { over }), () =>
      count(server.db, { classLabel: over, ood: false }),
    )
    expect(news.trashCounted).toEqual({ classLabel: over, count: expect.any(Number) })
  })

  it('ends when news may have been lost', async () => {
    const told = watch(server.address, TrashCountedDocument, {}, { over })
    let heard = false
    const first = told.next().finally(() => (heard = true))
    while (!heard) await Promise.race([first, count(server.db, { classLabel: over, ood: false })])
    await breakListening(server.db)
    // Those that were told while it had not heard the first yet, and then its end.
    let next = await told.next()
    while (!next.done) next = await told.next()
    expect(next).toEqual({ done: true, value: undefined })
  })

  it('tells of a run that begins to serve', async () => {
    const version = await addVersion(server.db, `v-${over}`)
    const run = await addRun(server.db, `promoted-${over}`, version.id, { promotedAt: new Date() })
    const news = await hears(watch(server.address, ModelPromotedDocument, {}, { over }), () =>
      publish(server.db, 'modelPromoted', { runId: run.id }),
    )
    expect(news.modelPromoted).toEqual({ name: `promoted-${over}`, promotedAt: expect.stringMatching(/Z$/) })
  })
})

describe('the end of a server', () => {
  it('closes sockets with 1001, ends streams, and does not wait for those who stall', async () => {
    const own = await startTestServer()
    const socket = new WebSocket(`${own.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    const stream = await fetch(`${own.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: ImageQueuedDocument.toString() }),
    })
    const closed = once(socket, 'close')
    const started = performance.now()
    await own.close()
    expect((await closed)[0]).toBe(1001)
    expect(await stream.text()).toContain(':')
    expect(performance.now() - started).toBeLessThan(8_000)
  })
})
