/** The browser's session: a cookie from a token, taken from our own pages only. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { command } from '../src/access/doer.js'
import { createToken, revokeToken } from '../src/access/tokens.js'
import { startTestServer, type TestServer } from './support/server.js'
import { bearer } from './support/tokens.js'

let server: TestServer
let secret: string
let cookie: string
beforeAll(async () => {
  server = await startTestServer()
  ;({ secret } = await createToken(server.db, command, { name: 'console', role: 'OPERATOR' }))
})
afterAll(() => server.close())

const session = (init: RequestInit) => fetch(`${server.address}/session`, init)
const json = { 'content-type': 'application/json', accept: 'application/json' }
const query = '{ __typename }'
const graphql = async (headers: Record<string, string>) => {
  const init = { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ query }) }
  return statusOf(await fetch(`${server.address}/graphql`, init))
}
const graphqlByGet = async (headers: Record<string, string>) => {
  const address = `${server.address}/graphql?query=${encodeURIComponent(query)}`
  return statusOf(await fetch(address, { headers: { accept: json.accept, ...headers } }))
}
async function statusOf(response: Response): Promise<number> {
  await response.text()
  return response.status
}

describe('a session', () => {
  it('comes from a token in the header or in JSON, as a cookie that no script reads', async () => {
    const byHeader = await session({ method: 'POST', headers: bearer(secret) })
    expect(await byHeader.json()).toEqual({ role: 'OPERATOR', name: 'console' })
    const byJson = await session({ method: 'POST', headers: json, body: JSON.stringify({ token: secret }) })
    for (const { status, headers } of [byHeader, byJson]) {
      expect(status).toBe(200)
      expect(headers.get('set-cookie')).toBe(`wastex_session=${secret}; Path=/; HttpOnly; SameSite=Strict`)
    }
    cookie = byJson.headers.get('set-cookie')?.split(';')[0] ?? ''
  })

  it('is not given for a wrong token, none, another type, too much, or to a page elsewhere', async () => {
    const body = JSON.stringify({ token: secret })
    const refused: [number, RequestInit][] = [
      [401, { method: 'POST', headers: bearer('wastex_wrong') }],
      [401, { method: 'POST' }],
      [401, { method: 'POST', headers: { 'content-type': 'text/plain' }, body }],
      [401, { method: 'POST', headers: json, body: '{' }],
      [401, { method: 'POST', headers: json, body: JSON.stringify({ token: secret, pad: 'x'.repeat(2000) }) }],
      [403, { method: 'POST', headers: { ...json, origin: 'https://elsewhere.example' }, body }],
      [403, { method: 'DELETE', headers: { 'sec-fetch-site': 'same-site' } }],
      [405, { method: 'GET' }],
    ]
    for (const [status, init] of refused) {
      const response = await session(init)
      expect([response.status, response.headers.get('set-cookie')]).toEqual([status, null])
    }
  })

  it('is for https alone where the server is not on this machine, unless the page came over plain HTTP itself', async () => {
    // fetch does not let a test choose the Host.
    const { request } = await import('node:http')
    const cookieFor = async (more: Record<string, string>) => {
      const headers = { host: 'wastex.example', ...bearer(secret), ...more }
      const asked = request(`${server.address}/session`, { method: 'POST', headers })
      const [response] = (await once(asked.end(), 'response')) as [{ headers: Record<string, unknown>; resume(): void }]
      response.resume()
      return String(response.headers['set-cookie'])
    }
    expect(await cookieFor({})).toMatch(/; SameSite=Strict; Secure$/)
    expect(await cookieFor({ origin: 'https://wastex.example' })).toMatch(/; SameSite=Strict; Secure$/)
    expect(await cookieFor({ origin: 'http://wastex.example' })).toMatch(/; SameSite=Strict$/)
  })

  it('is taken from our own pages, for queries, pictures and sockets', async () => {
    const ours: Record<string, string>[] = [
      {},
      { origin: server.address },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ]
    for (const headers of ours) {
      expect(await graphql({ cookie, ...headers })).toBe(200)
      expect(await graphqlByGet({ cookie, ...headers })).toBe(200)
    }
    expect((await fetch(`${server.address}/files/photos/${'0'.repeat(64)}`, { headers: { cookie } })).status).toBe(404)
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { cookie, origin: server.address },
    })
    await once(socket, 'open')
    socket.send('{"type":"connection_init"}')
    expect(String((await once(socket, 'message'))[0])).toContain('connection_ack')
    const closed = once(socket, 'close')
    socket.close()
    await closed
  })

  it('is worth nothing to a page elsewhere, whatever it sends along', async () => {
    const elsewhere = [
      { origin: 'https://elsewhere.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const foreign of elsewhere as Record<string, string>[]) {
      for (const asked of [{}, { 'graphql-preflight': '1' }] as Record<string, string>[]) {
        expect(await graphqlByGet({ cookie, ...foreign, ...asked })).toBe(401)
        expect(await graphql({ cookie, ...foreign, ...asked })).toBe(401)
      }
      const picture = await fetch(`${server.address}/files/photos/${'0'.repeat(64)}`, {
        headers: { cookie, ...foreign },
      })
      expect(picture.status).toBe(401)
    }
  })

  it('is over when it is deleted, or its token revoked', async () => {
    const gone = await session({ method: 'DELETE', headers: { cookie } })
    expect(gone.headers.get('set-cookie')).toMatch(/^wastex_session=;.*Max-Age=0$/)
    await revokeToken(server.db, command, 'console', async () => undefined)
    await expect.poll(() => graphql({ cookie })).toBe(401)
  })
})
