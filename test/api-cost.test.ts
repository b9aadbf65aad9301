/** What an operation may cost and how long it may take, over HTTP and WebSocket alike. */
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import {
  type DocumentNode,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  parse,
  validate,
} from 'graphql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { documentLimits } from '../src/api/document-limits.js'
import { fragmentsOf } from '../src/api/fragments.js'
import { DocumentCache, maxCachedCharacters } from '../src/api/document-cache.js'
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

const cost = (query: string, variables: Record<string, unknown> = {}) => costs(parse(query), variables)[0] ?? 0

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
    expect(cost('{ images(first: 1000000) { edges { cursor } } }')).toBe(
      cost('{ images(first: 100) { edges { cursor } } }'),
    )
    expect(cost('{ images { edges { cursor } } }')).toBe(cost('{ images(first: 20) { edges { cursor } } }'))
  })

  it('a list of so many as are asked for counts as that', () => {
    expect(cost('mutation { claimNext(desk: "a", first: 50) { id filename } }')).toBe(1 + 50 * 2)
  })

  it('a default stands for a size that is not there, not for a null nor for another number', async () => {
    const plain = (size: string) => cost(`{ images${size} { edges { cursor } } }`)
    const byDefault = 'query ($n: Int = 1) { images(first: $n) { edges { cursor } } }'
    expect(cost(byDefault)).toBe(plain('(first: 1)'))
    expect(cost(byDefault, { n: null })).toBe(plain(''))
    expect(cost(byDefault, { n: 100 })).toBe(plain('(first: 100)'))
    const oddName = 'query ($constructor: Int = 100) { images(first: $constructor) { edges { cursor } } }'
    expect(cost(oddName)).toBe(plain('(first: 100)'))
    const pageInPageInPage =
      'query ($n: Int = 1) { datasetVersions(first: $n) { edges { node { entries(first: $n) { edges { node { version { ' +
      'entries(first: $n) { edges { node { id filename split classLabel } } } } } } } } } } }'
    expect(await ask(pageInPageInPage)).toEqual([])
    expect((await ask(pageInPageInPage, { n: null }))[0]?.extensions).toMatchObject({ limit: documentLimits.cost })
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
const costs = (document: DocumentNode, variables: Record<string, unknown>) =>
  document.definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? [costOf(schema, one, fragmentsOf(document), variables)] : [],
  )

describe('our own documents and the contract’s', () => {
  const all = [...ownDocuments, ...(contract ?? [])]
  it.each(all)('%s stays far below the limit, with the largest pages as well', (_name, text) => {
    const largest = { first: 100, last: 100 }
    for (const cost of costs(parse(text), largest)) expect(cost).toBeLessThan(documentLimits.cost / 4)
  })
})

describe('lists that are no pages', () => {
  const below = '{ id filename datasetVersion { entries(first: 100) { edges { node { id } } } } }'

  it('are as long as the list that they answer', async () => {
    const label = `mutation ($ids: [ID!]!) { labelMany(ids: $ids, classLabel: "x") ${below} }`
    const ids = Array.from({ length: 500 }, () => 'x')
    expect(cost(label, { ids })).toBe(1 + 500 * (cost(label, { ids: ['x'] }) - 1))
    const [error] = await overHttp(label, { ids })
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', limit: documentLimits.cost })
    const written = `mutation { labelMany(ids: ["a", "b", "c"], classLabel: "x") { id } }`
    expect(cost(written)).toBe(4)
    expect(cost('mutation ($ids: [ID!]! = ["a", "b"]) { labelMany(ids: $ids, classLabel: "x") { id } }')).toBe(3)
  })

  it('are as long as the days that are told by the hour', () => {
    const byHour = (fields: string) => cost(`{ classifiedByHour(from: "2026-01-01T00:00:00Z") { ${fields} } }`)
    // An hour for each of 31 days, whatever the period turns out to be.
    expect(byHour('hour known') - byHour('hour')).toBe(24 * 31)
    expect(byHour('hour')).toBeGreaterThan(24 * 31)
  })

  it('say how long they may be where their members lead to pages', async () => {
    const classes = '{ datasetClasses { introducedIn { entries(first: 100) { edges { node { id filename } } } } } }'
    expect((await overHttp(classes))[0]?.extensions).toMatchObject({ limit: documentLimits.cost })

    const leadsToPages = (type: unknown, seen = new Set<unknown>()): boolean => {
      if (!isObjectType(type) || seen.has(type)) return false
      seen.add(type)
      return Object.values(type.getFields()).some(
        (field) => field.args.some(({ name }) => name === 'first') || leadsToPages(getNamedType(field.type), seen),
      )
    }
    const silent = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !type.name.startsWith('__')
        ? Object.values(type.getFields())
            .filter(({ name, type: own }) => name !== 'edges' && isListType(getNullableType(own)))
            .filter(({ type: own }) => leadsToPages(getNamedType(own)))
            .filter(
              ({ args, extensions }) =>
                !('rows' in extensions) &&
                !args.some(({ name, type: given }) => name === 'first' || isListType(getNullableType(given))),
            )
            .map(({ name }) => `${type.name}.${name}`)
        : [],
    )
    expect(silent).toEqual([])
  })
})

describe('a document that repeats itself', () => {
  /** The best of three: the others pay for what is done for the first time, or beside it. */
  async function timeOf(work: () => unknown): Promise<number> {
    const times: number[] = []
    for (let i = 0; i < 3; i++) {
      const started = performance.now()
      await work()
      times.push(performance.now() - started)
    }
    return Math.min(...times)
  }

  it('has so many fields at most, and is not even validated when it has more', async () => {
    const repeating = (times: number) => `{ ${'servingModel { loadedAt } '.repeat(times)} }`
    expect(await overHttp(repeating(250))).toEqual([])
    const whole = repeating(700)
    for (const ask of [overHttp, overSocket])
      expect((await ask(whole))[0]).toMatchObject({
        message: expect.stringMatching(/The document’s fields: 1400, at most 500/),
        extensions: { code: 'BAD_USER_INPUT', fields: 1400, limit: 500 },
      })
    const validating = await timeOf(() => validate(schema, parse(whole)))
    expect(await timeOf(() => overHttp(whole))).toBeLessThan(validating / 2)
  })

  it('has so many characters at most', async () => {
    const long = `{ __typename } #${'x'.repeat(documentLimits.characters)}`
    for (const ask of [overHttp, overSocket])
      expect((await ask(long))[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        characters: long.length,
        limit: 32_768,
      })
  })

  it('is kept, parsed, for whoever sends it again, and many others are not', () => {
    const cache = new DocumentCache()
    const document = parse('{ __typename }')
    cache.set('often', document)
    const half = 'x'.repeat(maxCachedCharacters / 2)
    for (const other of ['a', 'b', 'c', 'd']) {
      cache.set(half.slice(1) + other, document)
      expect(cache.get('often')).toBe(document)
    }
    const kept = ['a', 'b', 'c', 'd'].filter((other) => cache.get(half.slice(1) + other))
    expect(kept).toEqual(['d'])
  })

  it('is kept there by the server, and one that cannot be parsed nowhere', async () => {
    const [kept, own] = [vi.spyOn(DocumentCache.prototype, 'set'), ' # in a text of its own']
    await overHttp(`{ servingModel { loadedAt } }${own}`)
    expect(kept.mock.calls.map(([text]) => text)).toEqual([`{ servingModel { loadedAt } }${own}`])
    await overHttp(`{${own}`)
    expect(kept).toHaveBeenCalledTimes(1)
    kept.mockRestore()
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
