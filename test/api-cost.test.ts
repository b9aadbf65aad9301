/** What an operation may cost and how long it may take, over HTTP and WebSocket alike. */
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { type DocumentNode, Kind, parse } from 'graphql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { documentLimits } from '../src/api/document-limits.js'
import { costOf } from '../src/api/operation-cost.js'
import { schema } from '../src/api/schema/index.js'
import { type ClientError, send } from './support/client.js'
import { contract, ownDocuments } from './support/contract.js'
import { startTestServer, type TestServer } from './support/server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ WASTEX_QUERY_SECONDS: '1' })
})
afterAll(() => server.close())

type Send = (query: string, variables?: Record<string, unknown>) => Promise<readonly ClientError[]>

const overHttp: Send = async (query, variables) => (await send(server.address, query, variables)).errors ?? []

const overSocket: Send = async (query, variables) => {
  const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const say = (message: object) => socket.send(JSON.stringify(message))
  const hear = async () => {
    const [data] = (await once(socket, 'message')) as [Buffer]
    return JSON.parse(data.toString()) as { type: string; payload?: unknown }
  }
  await once(socket, 'open')
  say({ type: 'connection_init' })
  await hear()
  say({ type: 'subscribe', id: '1', payload: { query, variables } })
  const { type, payload } = await hear()
  socket.close()
  return type === 'error' ? (payload as ClientError[]) : ((payload as { errors?: ClientError[] }).errors ?? [])
}

const pages = (sizes: string) =>
  `{ datasetVersions${sizes} { edges { node { name entries${sizes} { edges { node { id filename split classLabel } } } } } } }`

describe.each<[string, Send]>([
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
])('over %s', (_over, ask) => {
  it('a page in a page costs the product of both, and more than the limit is refused with both numbers', async () => {
    const [error] = await ask(pages('(first: 100)'))
    expect(error?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      limit: documentLimits.cost,
      cost: expect.any(Number),
    })
    expect(error?.extensions['cost']).toBeGreaterThan(100 * 100 * 4)
    expect(error?.message).toMatch(/cost: \d+, at most \d+\. Ask for smaller pages/)
    expect(await ask(pages('(first: 10)'))).toEqual([])
  })

  it('a size counts that comes by a variable, by a variable’s default or from the end', async () => {
    const byVariable = `query ($n: Int) ${pages('(first: $n)')}`
    expect((await ask(byVariable, { n: 100 }))[0]?.extensions).toHaveProperty('cost')
    expect(await ask(byVariable, { n: 5 })).toEqual([])
    expect(await ask(byVariable)).toEqual([])
    expect((await ask(`query ($n: Int = 100) ${pages('(first: $n)')}`))[0]?.extensions).toHaveProperty('cost')
    expect((await ask(pages('(last: 100)')))[0]?.extensions).toHaveProperty('cost')
  })

  it('a size beyond the largest page counts as that, and a page without one as twenty', () => {
    const cost = (query: string) => costs(parse(query), {})[0]
    expect(cost('{ images(first: 1000000) { edges { cursor } } }')).toBe(
      cost('{ images(first: 100) { edges { cursor } } }'),
    )
    expect(cost('{ images { edges { cursor } } }')).toBe(cost('{ images(first: 20) { edges { cursor } } }'))
  })

  it('pages in fragments count where they are spread', async () => {
    const [spread, plain] = [
      'query { datasetVersions(first: 90) { ...Page } } fragment Page on DatasetVersionConnection { edges { node { ...Row } } } fragment Row on DatasetVersion { name }',
      'query { datasetVersions(first: 90) { edges { node { name } } } }',
    ].map((query) => costs(parse(query), {})[0])
    expect(spread).toBe(plain)
  })

  it('an operation that takes too long is given up, and so is its statement', async () => {
    const admin = new pg.Client({ connectionString: server.config.databaseUrl })
    await admin.connect()
    try {
      await admin.query('BEGIN; LOCK TABLE "DatasetVersion" IN ACCESS EXCLUSIVE MODE')
      const started = performance.now()
      const [error] = await ask('{ datasetVersions { totalCount } }')
      expect(error?.extensions).toMatchObject({ code: 'TIMED_OUT', limitMs: 1_000 })
      expect(performance.now() - started).toBeLessThan(5_000)
      for (let waiting = 1; waiting > 0; await wait(50)) {
        const { rowCount } = await admin.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
        waiting = rowCount ?? 0
      }
    } finally {
      await admin.query('ROLLBACK')
      await admin.end()
    }
    expect(await ask('{ datasetVersions { totalCount } }')).toEqual([])
  })

  it.each([
    ['selections', `{ ${'a { '.repeat(2_400)} b ${'}'.repeat(2_400)} }`],
    ['lists', `{ images(filter: ${'['.repeat(4_900)}`],
    ['types', `query ($a: ${'['.repeat(2_400)}Int${']'.repeat(2_400)}) { __typename }`],
    ['objects', `{ images(filter: ${'{ a: '.repeat(1_200)} 1 ${'}'.repeat(1_200)}) { totalCount } }`],
  ])('a document of %s within each other is the client’s mistake', async (_what, query) => {
    const [error] = await ask(query)
    expect(error?.extensions.code).toMatch(/BAD_USER_INPUT|GRAPHQL_(PARSE|VALIDATION)_FAILED/)
  })

  it('aliases of __typename count, and no name is suggested', async () => {
    const names = Array.from({ length: 31 }, (_, i) => `a${i}: __typename`)
    expect((await ask(`{ ${names.join(' ')} }`))[0]?.extensions).toMatchObject({ aliases: 31, limit: 30 })
    expect((await ask('{ imagez { totalCount } }'))[0]?.message).not.toContain('Did you mean')
  })
})

describe('variables nested some thousand deep', () => {
  const variables = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`
  const payload = `{"query":"query ($a: [ID!]) { __typename @skip(if: false) }","variables":${variables}}`

  it('are refused over HTTP', async () => {
    const headers = { 'content-type': 'application/json', accept: 'application/json' }
    const response = await fetch(`${server.address}/graphql`, { method: 'POST', headers, body: payload })
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(/nested more than 64 deep/)
  })

  it('harm no socket', async () => {
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send('{"type":"connection_init"}')
    await once(socket, 'message')
    socket.send(`{"type":"subscribe","id":"1","payload":${payload}}`)
    const [data] = (await once(socket, 'message')) as [Buffer]
    expect(JSON.stringify(JSON.parse(data.toString()))).not.toContain('INTERNAL_SERVER_ERROR')
    socket.close()
  })
})

/** Of each operation of a document. */
const costs = (document: DocumentNode, variables: Record<string, unknown>) => {
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  )
  return document.definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? [costOf(schema, one, fragments, variables)] : [],
  )
}

describe('our own documents and the contract’s', () => {
  const all = [...ownDocuments, ...(contract ?? [])]
  it.each(all)('%s stays far below the limit, with the largest pages as well', (_name, text) => {
    const largest = { first: 100, last: 100 }
    for (const cost of costs(parse(text), largest)) expect(cost).toBeLessThan(documentLimits.cost / 4)
  })
})

describe('a document that repeats itself', () => {
  it('is validated in no time', async () => {
    const started = performance.now()
    await send(server.address, `{ ${'servingModel { loadedAt } '.repeat(1_200)} }`)
    await send(server.address, `{ ${'__typename '.repeat(4_900)} }`)
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('batches', () => {
  it('are refused over a socket, too', async () => {
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send('[{"type":"connection_init"}]')
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(4400)
  })
})
