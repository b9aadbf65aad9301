/** Errors as they leave the server: with the id of their request, with a time to come back, and with a body whatever has failed. */
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createSchema, createYoga } from 'graphql-yoga'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { WebSocket } from 'ws'
import { newSecret } from '../src/access/secret.js'
import { maskWith, useErrorShape } from '../src/api/error-shape.js'
import { overloaded } from '../src/api/request-error.js'
import { startEmbedded } from '../src/database/embedded.js'
import { WasteXError } from '../src/errors.js'
import { type ClientError, send } from './support/client.js'
import { answerOn, line } from './support/raw-request.js'
import { startTestServer, type TestServer } from './support/server.js'
import { bearer, tokenOfEach } from './support/tokens.js'
import { until } from './support/until.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

describe('an error has the id of its request', () => {
  const tooDeep = `{ datasetVersion(name: "x") ${'{ parent '.repeat(30)} { name } ${'}'.repeat(30)} }`
  const mistakes = [
    ['that cannot be parsed', '{'],
    ['that is not valid', '{ nothing }'],
    ['that is too large', tooDeep],
    ['whose variable is missing', 'query ($name: String!) { trainingRun(name: $name) { name } }'],
    ['that asks for what is not there', '{ trainingRun(name: "none") { name } }'],
  ] as const

  // Twice: what is known of a document is kept, and the id is not that of whoever sent it first.
  it.each(mistakes)('over HTTP, of a document %s', async (_what, query) => {
    const seen = new Set<unknown>()
    for (let i = 0; i < 2; i++) {
      const response = await fetch(`${server.address}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
      const { errors } = (await response.json()) as { errors: ClientError[] }
      expect(errors.map(({ extensions }) => extensions['requestId'])).toEqual([response.headers.get('x-request-id')])
      seen.add(errors[0]?.extensions['requestId'])
    }
    expect(seen.size).toBe(2)
  })

  it.each(mistakes)('over WebSocket, of a document %s', async (_what, query) => {
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    const answer = async (message: object) => {
      socket.send(JSON.stringify(message))
      const [data] = (await once(socket, 'message')) as [Buffer]
      return (JSON.parse(data.toString()) as { payload?: ClientError[] | { errors: ClientError[] } }).payload
    }
    await answer({ type: 'connection_init' })
    const payload = await answer({ type: 'subscribe', id: '1', payload: { query } })
    const [error] = (Array.isArray(payload) ? payload : payload?.errors) ?? []
    expect(error?.extensions).toEqual({
      ...error?.extensions,
      code: expect.any(String),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(error?.extensions).not.toHaveProperty('http')
    socket.close()
  })

  it('that was refused before it was read', async () => {
    const headers = { 'content-type': 'text/plain' }
    const response = await fetch(`${server.address}/graphql`, { method: 'POST', headers, body: '{}' })
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', requestId: response.headers.get('x-request-id') } }],
    })
  })

  it('outside of GraphQL as well', async () => {
    const headers = bearer(newSecret())
    for (const where of ['/session', '/files/photos/x']) {
      const method = where === '/session' ? 'POST' : 'GET'
      const response = await fetch(server.address + where, { method, headers })
      expect([where, response.status, response.headers.get('content-type')]).toEqual([where, 401, 'application/json'])
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED', requestId: response.headers.get('x-request-id') } }],
      })
    }
  })
})

describe('whoever comes too early', () => {
  const queueIsFull = () => {
    throw new WasteXError('OVERLOADED', 'Too many photos are waiting.', { retryAfterMs: 1_200 })
  }
  const yoga = createYoga({
    schema: createSchema({
      typeDefs: 'type Query { busy: Int  idle: Int }',
      resolvers: { Query: { busy: queueIsFull } },
    }),
    plugins: [useErrorShape()],
    maskedErrors: { maskError: maskWith(pino({ level: 'silent' })) },
    logging: false,
  })
  const ask = (query: string) => yoga.fetch(`http://server/graphql?query=${encodeURIComponent(query)}`)

  it('is told by the header when to come again, by a full queue as by the room for uploads', async () => {
    const response = await ask('{ busy }')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { retryAfterMs: 1_200 } }] })
    expect(overloaded(1_200, 'Full.').extensions['http']).toEqual({ status: 503, headers: { 'retry-after': '2' } })
  })

  it('is told nothing of the kind where another field has answered', async () => {
    const response = await ask('{ busy __typename }')
    expect([response.status, response.headers.get('retry-after')]).toEqual([200, null])
  })
})

describe('what is no address', () => {
  it.each(['//', '//[', 'http://[/'])('such as %s, is the client’s mistake', async (address) => {
    const socket = await line(server.address)
    socket.write(`GET ${address} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    expect(await answerOn(socket)).toMatchObject({ status: 400 })
  })
})

describe('without its database', () => {
  it('the server answers in the shape of GraphQL, with a code and an id', async () => {
    const own = await startTestServer()
    const admin = new pg.Client({ connectionString: inject('cluster') })
    await admin.connect()
    const name = new URL(own.config.databaseUrl ?? '').pathname.slice(1)
    await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`)
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
    const answer = await send(own.address, '{ __typename }', {}, { headers: bearer(newSecret()) })
    await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`)
    await admin.end()
    expect(answer).toMatchObject({
      status: 503,
      errors: [{ extensions: { code: 'OVERLOADED', retryAfterMs: expect.any(Number), requestId: expect.any(String) } }],
    })
    await own.close()
  })

  it(
    'everything is answered 503 with a time to come back while it restarts, and works afterwards',
    { timeout: 180_000 },
    async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-restart-'))
      await chmod(folder, 0o755) // root's PostgreSQL runs as another user
      const startDatabase = () => startEmbedded(folder, () => undefined, { settings: { fsync: 'off' } })
      const first = await startDatabase()
      const own = await startTestServer({ DATABASE_URL: first.url('own') })
      const { ADMIN } = await tokenOfEach(own.db)
      const operations = [
        '{ images(first: 1) { totalCount } }',
        'mutation { createVersion(input: { name: "v1" }) { name } }',
        'mutation { createToken(name: "x", role: DEVICE) { secret } }',
      ]
      const places = ['/metrics', `/files/photos/${'0'.repeat(64)}`]
      const ask = async () => [
        ...(await Promise.all(operations.map((query) => send(own.address, query, {}, { headers: ADMIN })))),
        ...(await Promise.all(places.map((place) => fetch(own.address + place, { headers: ADMIN })))),
      ]
      const ready = async () => (await fetch(`${own.address}/ready`, { headers: ADMIN })).status
      await ask() // the token is known from here on: it is not what cannot be looked up
      await first.stop()
      const answers = await ask()
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
      const unavailable = {
        code: 'DATABASE_UNAVAILABLE',
        retryAfterMs: expect.any(Number),
        requestId: expect.any(String),
      }
      for (const answer of answers)
        if ('errors' in answer) expect(answer.errors).toMatchObject([{ extensions: unavailable }])
        else if ('headers' in answer) expect(answer.headers.get('retry-after')).toMatch(/^[1-9]/)
      await until(async () => (await ready()) === 503)
      const second = await startDatabase()
      await until(async () => (await ready()) === 200)
      await until(async () => (await ask())[0]?.status === 200)
      await own.close()
      await second.stop()
      await rm(folder, { recursive: true })
    },
  )

  it('of which nothing can be changed, it says so and is not ready', { timeout: 90_000 }, async () => {
    const own = await startTestServer()
    await own.db.$executeRawUnsafe(`DO $$ BEGIN
      EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`)
    const others = 'pid <> pg_backend_pid() AND datname = current_database()'
    await own.db.$queryRawUnsafe(`SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE ${others}`)
    await until(async () => (await fetch(`${own.address}/ready`)).status === 503)
    await until(async () => {
      const { failed } = (await (await fetch(`${own.address}/ready`)).json()) as { failed: string[] }
      return failed.join() === 'The database is read-only.'
    })
    const make = 'mutation { createToken(name: "x", role: DEVICE) { secret } }'
    expect(await send(own.address, make, {})).toMatchObject({
      status: 503,
      errors: [{ message: expect.stringContaining('takes no changes'), extensions: { code: 'DATABASE_UNAVAILABLE' } }],
    })
    await own.close()
  })
})
