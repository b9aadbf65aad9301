/** Which web pages may ask: our own, those that a setting names, and no other; and no operation by a simple request. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { readConfig } from '../src/config.js'
import { startTestServer, type TestServer } from './support/server.js'

const [listed, other] = ['https://console.example', 'https://elsewhere.example']
let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ WASTEX_ORIGINS: `${listed}, http://localhost:8080` })
})
afterAll(() => server.close())

const ask = (init: RequestInit, query = '') => fetch(`${server.address}/graphql${query}`, init)
const body = JSON.stringify({ query: '{ __typename }' })
const json = { 'content-type': 'application/json', accept: 'application/json' }

describe('a page of a listed origin', () => {
  it('is invited, may ask, and reads the answer', async () => {
    const preflight = await ask({
      method: 'OPTIONS',
      headers: {
        origin: listed,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    })
    expect(preflight.ok).toBe(true)
    expect(preflight.headers.get('access-control-allow-origin')).toBe(listed)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
    const answer = await ask({ method: 'POST', headers: { ...json, origin: listed }, body })
    expect(answer.headers.get('access-control-allow-origin')).toBe(listed)
    expect(answer.headers.get('vary')).toMatch(/origin/i)
    // A cookie would count for nothing: it need not send one.
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } })
    const get = await ask(
      { headers: { accept: json.accept, origin: listed, 'sec-fetch-site': 'cross-site' } },
      '?query={__typename}',
    )
    expect(get.status).toBe(200)
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      origin: listed,
    })
    await once(socket, 'open')
    socket.close()
  })
})

describe.each([other, 'null', 'https://console.example.evil.example', 'http://console.example', `${listed}:444`])(
  'a page of %s',
  (origin) => {
    it('is not invited, gets no query by GET and no socket', async () => {
      const preflight = await ask({ method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
      expect((await ask({ headers: { accept: json.accept, origin } }, '?query={__typename}')).status).toBe(403)
      const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        origin,
      })
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
      expect(response.statusCode).toBe(403)
    })
  },
)

describe('a simple request', () => {
  const types = [
    'text/plain',
    'text/plain; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'TEXT/PLAIN',
    'text/plain; application/json',
    'multipart/form-data; boundary=x; application/json',
    '',
  ]
  it.each(types)('of the type “%s” is no operation', async (type) => {
    const query = 'mutation { reject(id: "x") { id } }'
    for (const text of [JSON.stringify({ query }), `query=${encodeURIComponent(query)}`]) {
      // A Blob without a type sends none; a string would be text/plain.
      const init = { method: 'POST', body: new Blob([text]), headers: type ? { 'content-type': type } : {} }
      const answer = await ask({ ...init, headers: { ...init.headers, accept: 'application/json', origin: other } })
      expect([400, 403, 415]).toContain(answer.status)
      expect(await answer.text()).not.toContain('"data"')
    }
  })

  it.each(['GET', 'HEAD'])('by %s changes nothing, and from a page elsewhere reads nothing', async (method) => {
    const mutation = await ask(
      { method, headers: { accept: json.accept } },
      `?query=${encodeURIComponent('mutation { reject(id: "x") { id } }')}`,
    )
    expect([403, 405]).toContain(mutation.status)
    const query = await ask(
      { method, headers: { accept: json.accept, 'sec-fetch-site': 'cross-site' } },
      '?query={__typename}',
    )
    expect(query.status).toBe(403)
  })
})

it('a setting that is no list of origins is refused by name', () => {
  for (const WASTEX_ORIGINS of ['*', 'console.example', 'https://console.example/', 'https://a.example,'])
    expect(() => readConfig({ WASTEX_ORIGINS })).toThrow(/WASTEX_ORIGINS/)
})
