import { gzipSync } from 'node:zlib'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { file, send, upload } from './support/client.js'
import { startTestServer, type TestServer } from './support/server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const json = { 'content-type': 'application/json', accept: 'application/json' }

const raw = async (init: RequestInit, query = '') => {
  const response = await fetch(`${server.address}/graphql${query}`, init)
  const text = await response.text()
  const body = (text ? JSON.parse(text) : {}) as { data?: unknown; errors?: { message: string; extensions?: object }[] }
  return { status: response.status, ...body }
}

describe('HTTP', () => {
  it.each([
    ['variables that are no JSON', { variables: '{' }],
    ['variables that are a list', { variables: '[1]' }],
    ['variables nested some hundred deep', { variables: `{"a":${'['.repeat(300)}${']'.repeat(300)}}` }],
    ['extensions that are no JSON', { extensions: 'x' }],
    ['no query', { query: '' }],
  ])('answers 400 to a GET with %s', async (_what, odd) => {
    const asked = new URLSearchParams({ query: '{ __typename }', ...odd })
    expect(await raw({ headers: { accept: 'application/json' } }, `?${String(asked)}`)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
  })

  it('takes variables and the name of the operation by GET, and nothing where they are empty', async () => {
    const headers = { accept: 'application/json' }
    const query = encodeURIComponent(
      'query A($if: Boolean!) { a: __typename @include(if: $if) } query B { b: __typename }',
    )
    const named = `?query=${query}&operationName=A&variables=${encodeURIComponent('{"if":true}')}&extensions=`
    expect(await raw({ headers }, named)).toEqual({ status: 200, data: { a: 'Query' } })
    const empty = `?query=${encodeURIComponent('{ __typename }')}&operationName=&variables=`
    expect(await raw({ headers }, empty)).toMatchObject({ status: 200 })
  })

  it('answers a query by GET, and refuses a mutation', async () => {
    const ask = (query: string) =>
      raw({ headers: { accept: 'application/json' } }, `?query=${encodeURIComponent(query)}`)
    expect(await ask('{ __typename }')).toEqual({ status: 200, data: { __typename: 'Query' } })
    expect(await ask('mutation { reject(id: "x") { id } }')).toMatchObject({ status: 405 })
  })

  it('takes no operation by a request that a browser sends without asking', async () => {
    const body = JSON.stringify({ query: '{ __typename }' })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/graphql']) {
      expect(await raw({ method: 'POST', headers: { 'content-type': type }, body })).toMatchObject({ status: 415 })
    }
    const form = new FormData()
    form.set('operations', body)
    form.set('map', '{}')
    expect(await raw({ method: 'POST', body: form })).toMatchObject({
      status: 403,
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    })
    const foreign = { accept: 'application/json', 'sec-fetch-site': 'cross-site' }
    const query = `?query=${encodeURIComponent('{ __typename }')}`
    expect(await raw({ headers: foreign }, query)).toMatchObject({ status: 403 })
    expect(await raw({ headers: { ...foreign, 'graphql-preflight': '1' } }, query)).toMatchObject({ status: 200 })
  })

  it('takes no JSON from a page of another origin; a request without an origin, and its own pages, pass', async () => {
    const json = { method: 'POST', body: JSON.stringify({ query: '{ __typename }' }) }
    const headers = { accept: 'application/json', 'content-type': 'application/json' }
    const from = (more: Record<string, string>) => raw({ ...json, headers: { ...headers, ...more } })
    expect(await from({ origin: 'https://elsewhere.example' })).toMatchObject({
      status: 403,
      errors: [{ extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('WASTEX_ORIGINS') }],
    })
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 })
    expect(await from({})).toMatchObject({ status: 200 })
    expect(await from({ origin: server.address })).toMatchObject({ status: 200 })
  })

  it('invites no scripts of other sites', async () => {
    const response = await fetch(`${server.address}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' },
    })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  it.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['no query', '{}'],
    ['a batch', '[{ "query": "{ __typename }" }]'],
    ['variables that are none', '{ "query": "{ __typename }", "variables": 7 }'],
  ])('answers 400 to a body that is %s', async (_what, body) => {
    const answer = await raw({ method: 'POST', headers: json, body })
    expect(answer.status).toBe(400)
    expect(answer.errors?.[0]?.message).toBeTruthy()
  })

  it('takes a body that begins with a byte-order mark, and operations that do', async () => {
    const text = '\uFEFF{ "query": "{ __typename }" }'
    expect(await raw({ method: 'POST', headers: json, body: text })).toEqual({
      status: 200,
      data: { __typename: 'Query' },
    })
    const form = new FormData()
    form.set('operations', text)
    form.set('map', '\uFEFF{}')
    const headers = { accept: 'application/json', 'graphql-preflight': '1' }
    expect(await raw({ method: 'POST', headers, body: form })).toMatchObject({ status: 200 })
  })

  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, br'])(
    'answers 415 to a body with Content-Encoding: %s',
    async (encoding) => {
      for (const type of ['application/json', 'multipart/form-data; boundary=x']) {
        const headers = { ...json, 'content-type': type, 'graphql-preflight': '1', 'content-encoding': encoding }
        const response = await fetch(`${server.address}/graphql`, { method: 'POST', headers, body: gzipSync('{}') })
        expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity'])
        expect(await response.json()).toMatchObject({
          errors: [
            { message: expect.stringMatching(/must not be compressed/), extensions: { code: 'BAD_USER_INPUT' } },
          ],
        })
      }
    },
  )

  it('takes no other charset than UTF-8', async () => {
    const body = '{ "query": "{ __typename }" }'
    const typed = (charset: string) => ({ ...json, 'content-type': `application/json; charset=${charset}` })
    expect(await raw({ method: 'POST', headers: typed('UTF-8'), body })).toMatchObject({ status: 200 })
    expect(await raw({ method: 'POST', headers: typed('utf-16'), body: Buffer.from(body, 'utf16le') })).toMatchObject({
      status: 415,
      errors: [{ message: expect.stringMatching(/UTF-8.*charset=utf-16/) }],
    })
  })

  describe('a persisted query', () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } }
    const notSupported = {
      errors: [{ message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
    }

    it('is answered so that clients send the whole query, by POST, GET and with a file', async () => {
      const answer = { status: 200, ...notSupported }
      for (const query of [undefined, null, ''])
        expect(await raw({ method: 'POST', headers: json, body: JSON.stringify({ query, extensions }) })).toMatchObject(
          answer,
        )
      const address = `?extensions=${encodeURIComponent(JSON.stringify(extensions))}`
      expect(await raw({ headers: { accept: 'application/json' } }, address)).toMatchObject(answer)
      const form = new FormData()
      form.set('operations', JSON.stringify({ extensions, variables: { image: null } }))
      form.set('map', '{"0":["variables.image"]}')
      form.set('0', file(Buffer.from('x'), 'a.jpg'))
      const headers = { accept: 'application/json', 'graphql-preflight': '1' }
      expect(await raw({ method: 'POST', headers, body: form })).toMatchObject(answer)
    })

    it('is answered over a socket, which stays open', async () => {
      const client = createClient({
        url: `${server.address.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      })
      const first = (payload: object) =>
        new Promise((resolve, reject) => {
          client.subscribe(payload as { query: string }, {
            next: resolve,
            error: (errors) => resolve({ errors }),
            complete: () => reject(new Error('nothing came')),
          })
        })
      expect(await first({ query: '', extensions })).toMatchObject(notSupported)
      expect(await first({ query: '{ __typename }', extensions })).toMatchObject({ data: { __typename: 'Query' } })
      await client.dispose()
    })

    it('that comes with its query is executed', async () => {
      const body = JSON.stringify({ query: '{ __typename }', extensions })
      expect(await raw({ method: 'POST', headers: json, body })).toMatchObject({
        status: 200,
        data: { __typename: 'Query' },
      })
    })
  })

  it('is not held up by a body that is all backslashes and quotes and never ends', async () => {
    // A quarter of what a body may have: whoever reads it over again from each quote needs half a minute, not twenty times that.
    const body = `"${String.raw`\"`.repeat(128 * 1024)}`
    const started = performance.now()
    const [refused, answered] = await Promise.all([
      raw({ method: 'POST', headers: json, body }),
      raw({ method: 'POST', headers: json, body: '{ "query": "{ __typename }" }' }),
    ])
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(refused).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    expect(answered).toMatchObject({ status: 200 })
  })

  it('refuses a JSON body above 1 MiB, whether or not its length is told', async () => {
    const body = JSON.stringify({ query: '{ __typename }', variables: { pad: 'x'.repeat(1024 * 1024) } })
    const untold = new Blob([body]).stream()
    const inChunks = { method: 'POST', headers: json, body: untold, duplex: 'half' } as RequestInit
    for (const init of [{ method: 'POST', headers: json, body }, inChunks]) {
      expect(await raw(init)).toMatchObject({ status: 413, errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] })
    }
  })
})

describe('errors', () => {
  it('has the code’s status when every root field failed, and 200 when one answered', async () => {
    const alone = await send(server.address, '{ trainingRun(name: "none") { name } }')
    expect(alone).toMatchObject({
      status: 404,
      data: { trainingRun: null },
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    })
    const both = await send(server.address, '{ trainingRun(name: "none") { name } servingModel { loadedAt } }')
    expect(both).toMatchObject({ status: 200, errors: [{ path: ['trainingRun'] }] })
    const two = await send(server.address, '{ trainingRun(name: "none") { name } image(id: "odd") { id } }')
    expect([404, 400]).toContain(two.status)
  })

  it('names the argument that makes no sense', async () => {
    const answer = await send(server.address, '{ images(first: -1) { totalCount edges { cursor } } }')
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'first' } }] })
    const variable = await send(server.address, 'query ($n: Int!) { images(first: $n) { totalCount } }', { n: 'many' })
    expect(variable.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'n' })
  })

  it('is the answer to more photos than are labelled at once', async () => {
    const label = 'mutation ($ids: [ID!]!) { labelMany(ids: $ids, classLabel: "x") { id } }'
    const ids = Array.from({ length: 501 }, (_, i) => `photo ${i}`)
    expect(await send(server.address, label, { ids })).toMatchObject({
      status: 400,
      errors: [{ message: 'At most 500 photos at once.', extensions: { code: 'BAD_USER_INPUT', field: 'ids' } }],
    })
  })

  it('is the answer to more days than are told by the hour', async () => {
    const document = 'query ($from: DateTime!, $to: DateTime) { classifiedByHour(from: $from, to: $to) { hour } }'
    const to = '2026-02-01T00:30:00.000Z'
    expect(await send(server.address, document, { from: '2026-01-01T00:30:00.000Z', to })).toMatchObject({
      status: 200,
    })
    for (const variables of [{ from: '2026-01-01T00:29:59.999Z', to }, { from: '2026-01-01T00:00:00.000Z' }])
      expect(await send(server.address, document, variables)).toMatchObject({
        status: 400,
        errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'from' } }],
      })
    expect(await send(server.address, document, { from: to, to: '2026-01-31T00:00:00.000Z' })).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'to' } }],
    })
  })

  it('answers 415 to an upload that is no photo, and 503 while no model serves', async () => {
    const document = 'mutation ($image: Upload!) { classify(image: $image) { classLabel } }'
    const answer = await upload(server.address, document, { image: file(Buffer.from('GIF89a'), 'a.gif') })
    expect([415, 503]).toContain(answer.status)
    expect(['UNSUPPORTED_IMAGE', 'NO_MODEL']).toContain(answer.errors?.[0]?.extensions.code)
  })

  it('takes no text that the database cannot hold', async () => {
    const inline = await send(server.address, '{ trainingRun(name: "a\\u0000b") { name } }')
    const variable = await send(server.address, 'query ($n: String!) { trainingRun(name: $n) { name } }', { n: 'a\0b' })
    for (const answer of [inline, variable]) {
      expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    }
  })

  it('takes no moment that the database cannot hold', async () => {
    const period = (from: string) => send(server.address, `{ trashCounts(from: "${from}") { count } }`)
    const byVariable = (from: string) =>
      send(server.address, 'query ($from: DateTime) { trashCounts(from: $from) { count } }', { from })
    for (const moment of ['0000-12-31T23:59:59Z', '0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00']) {
      expect([moment, (await period(moment)).errors?.[0]?.extensions.code]).toEqual([
        moment,
        'GRAPHQL_VALIDATION_FAILED',
      ])
      expect(await byVariable(moment)).toMatchObject({
        status: 400,
        errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'from' } }],
      })
    }
    for (const moment of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])
      expect(await byVariable(moment)).toMatchObject({ status: 200, data: { trashCounts: [] } })
  })

  it('suggests no names', async () => {
    const answer = await send(server.address, '{ imagez { totalCount } }')
    expect(answer.errors?.[0]).toMatchObject({
      message: 'Cannot query field "imagez" on type "Query".',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    })
    const value = await send(server.address, 'query ($o: ImageOrder) { images(orderBy: $o) { totalCount } }', {
      o: 'OLDER',
    })
    expect(value.errors?.[0]?.message).not.toContain('OLDEST')
  })

  it('says nothing of what went wrong inside but an id', async () => {
    // A row that no room of the house would have written.
    const broken = { name: 'broken', totalImages: 0, classCounts: { not: 'a list' }, splits: [] }
    await server.db.datasetVersion.create({ data: broken })
    const answer = await send(server.address, '{ datasetVersion(name: "broken") { name classCounts { count } } }')
    expect(answer.status).toBe(500)
    const [error] = answer.errors ?? []
    const id: unknown = error?.extensions['id']
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(error?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', id, requestId: id })
    expect(JSON.stringify(answer)).not.toMatch(/\/src\/|\.ts|node_modules|SELECT|Iterable/)
  })
})

describe('the size of an operation', () => {
  const code = async (query: string, operationName?: string) => {
    const answer = await send(server.address, query, undefined, operationName === undefined ? {} : { operationName })
    return answer.errors?.[0]?.message ?? answer.status
  }
  const deep = (levels: number) =>
    '{ datasetVersion(name: "x") '.concat('{ parent '.repeat(levels), '{ name }', ' }'.repeat(levels), ' }')

  it.each([
    ['more fields within fields than are taken', deep(30), /depth: 32, at most 20/],
    [
      'more aliases than are taken',
      `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
      /aliases: 31, at most 30/,
    ],
    [
      'more directives than are taken',
      `{ __typename @include(if: true) servingModel { ${'loadedAt @skip(if: false) '.repeat(51)} } }`,
      /directives: 52, at most 50/,
    ],
    ['more tokens than are taken', `{ ${'a '.repeat(6_000)} }`, /5000 tokens/],
  ])('is bounded: %s', async (_what, query, message) => {
    expect(await code(query)).toMatch(message)
  })

  it('counts what a fragment stands for, as often as it is spread, in no time', async () => {
    const chain = Array.from(
      { length: 40 },
      (_, i) => `fragment F${i} on Query { ...F${i + 1} a: __typename ...F${i + 1} }`,
    )
    const started = performance.now()
    expect(await code(`{ ...F0 } ${chain.join(' ')} fragment F40 on Query { __typename }`)).toMatch(/fields: .*at most/)
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('is that of the operation that is executed, not of its neighbours', async () => {
    const document = `query Small { __typename } query Large ${deep(30)}`
    expect(await code(document, 'Small')).toBe(200)
    expect(await code(document, 'Large')).toMatch(/depth/)
  })
})
