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

  it('is bounded: depth, aliases, directives, fields, tokens', async () => {
    expect(await code(deep(30))).toMatch(/depth: 32, at most 20/)
    const names = Array.from({ length: 31 }, (_, i) => `a${i}: __typename`)
    expect(await code(`{ ${names.join(' ')} }`)).toMatch(/aliases: 31, at most 30/)
    expect(
      await code(
        `{ __typename ${'@include(if: true) '.repeat(1)} servingModel { ${'loadedAt @skip(if: false) '.repeat(51)} } }`,
      ),
    ).toMatch(/directives: 52/)
    expect(await code(`{ ${'__typename '.repeat(6000)} }`)).toMatch(/5000 tokens/)
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
