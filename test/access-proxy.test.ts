/** Behind a proxy: whom it passes on is nobody that sits on this machine, though the connection says so. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import { isPassedOn } from '../src/api/client-address.js'
import { readConfig } from '../src/config.js'
import { send } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { answerOn, line } from './support/raw-request.js'
import { startTestServer, type TestServer } from './support/server.js'
import { bearer } from './support/tokens.js'
import { settingsOf } from './support/training.js'

const json = { 'content-type': 'application/json', accept: 'application/json' }
/** As Apache, nginx that was told to, HAProxy, Caddy, Envoy, balancers and tunnels add them. */
const added: Record<string, string>[] = [
  { 'x-forwarded-for': '203.0.113.9' },
  { 'x-forwarded-host': 'wastex.example', 'x-forwarded-server': 'wastex.example' },
  { 'x-forwarded-proto': 'https' },
  { forwarded: 'for=203.0.113.9' },
  { via: '1.1 proxy' },
  { 'x-real-ip': '203.0.113.9' },
  { 'cf-connecting-ip': '203.0.113.9' },
  { 'true-client-ip': '203.0.113.9' },
  { 'x-envoy-external-address': '203.0.113.9' },
  { 'x-amzn-trace-id': 'Root=1' },
]

describe('a server without a token', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.close())

  it.each(added)('lets in nobody who was passed on with %o', async (headers) => {
    expect(isPassedOn({ headers, httpVersion: '1.1' })).toBe(true)
    const answer = await send(server.address, '{ __typename }', {}, { headers })
    expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED'])
    expect(answer.errors?.[0]?.message).toContain('through no proxy')
    const metrics = await fetch(`${server.address}/metrics`, { headers })
    expect([metrics.status, await metrics.text()]).toEqual([401, expect.not.stringContaining('wastex_requests_total')])
    expect((await fetch(`${server.address}/session`, { method: 'POST', headers })).status).toBe(401)
    expect((await fetch(`${server.address}/files/photos/${'0'.repeat(64)}`, { headers })).status).toBe(401)

    const ready = await fetch(`${server.address}/ready`, { headers })
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'degraded' }])
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
    await once(socket, 'open')
    socket.send('{"type":"connection_init"}')
    expect((await once(socket, 'close'))[0]).toBe(4401)
  })

  it('lets in nobody by nginx as it comes, which says this machine’s name and adds nothing', async () => {
    const ask = async (version: string, address: string, host = '127.0.0.1:4000') => {
      const socket = await line(server.address)
      socket.write(
        `GET ${address} HTTP/${version}\r\nHost: ${host}\r\nConnection: close\r\naccept: application/json\r\n\r\n`,
      )
      return (await answerOn(socket)).body
    }
    expect(await ask('1.0', '/graphql?query={__typename}')).toContain('UNAUTHENTICATED')
    expect(await ask('1.1', '/graphql?query={__typename}')).toContain('"__typename":"Query"')
    expect(await ask('1.0', '/ready')).not.toContain('"degraded":[')
    expect(await ask('1.1', '/ready')).toContain('"degraded":[')
    // A page elsewhere can make its own name lead here.
    expect(await ask('1.1', '/ready', 'page.elsewhere.example')).not.toContain('"degraded":[')
  })

  it('lets in whoever is here, with all that browsers and programs send of themselves', async () => {
    const headers = { ...json, 'user-agent': 'Mozilla/5.0', 'x-request-id': 'mine', dnt: '1', origin: server.address }
    expect((await send(server.address, '{ __typename }', {}, { headers })).status).toBe(200)
    expect((await fetch(`${server.address}/metrics`)).status).toBe(200)
    expect(await (await fetch(`${server.address}/ready`)).json()).toMatchObject({ degraded: [expect.any(String)] })
  })

  it('gives a request an id of its own, whatever it brings: the id stands in the audit trail', async () => {
    const asked = await fetch(`${server.address}/health`, { headers: { 'x-request-id': 'of-my-choice' } })
    expect(asked.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('a server that trusts a proxy', () => {
  let hall: TestHall
  let server: TestServer | undefined
  beforeAll(async () => {
    hall = await openTestHall()
  })
  afterAll(async () => {
    await server?.close()
    await hall.close()
  })

  it('does not start before there is a token for an admin, and says how to make one', async () => {
    const settings = { ...settingsOf(hall), WASTEX_TRUST_PROXY: '1' }
    await expect(startTestServer(settings)).rejects.toThrow(
      /WASTEX_TRUST_PROXY=1.*npm run token -- create NAME --role admin.*leave WASTEX_TRUST_PROXY out/,
    )
    await createToken(hall.db, command, { name: 'operator', role: 'OPERATOR' })
    await expect(startTestServer(settings)).rejects.toThrow(/no token for an admin/)
    const { secret } = await createToken(hall.db, command, { name: 'root', role: 'ADMIN' })
    server = await startTestServer(settings)
    expect((await send(server.address, '{ __typename }')).status).toBe(401)
    const headers = { ...bearer(secret), 'x-forwarded-for': '203.0.113.9' }
    expect((await send(server.address, '{ __typename }', {}, { headers })).status).toBe(200)
  })

  it('shows neither GraphiQL nor the schema unless it is told to', () => {
    expect(readConfig({ WASTEX_TRUST_PROXY: '1' })).toMatchObject({ graphiql: false, introspection: false })
    expect(readConfig({ WASTEX_TRUST_PROXY: '1', WASTEX_GRAPHIQL: 'on' }).graphiql).toBe(true)
  })

  it('takes over the id that the proxy gives a request, if it can do no harm where it is shown', async () => {
    const idOf = async (id: string) =>
      (await fetch(`${server?.address}/health`, { headers: { 'x-request-id': id } })).headers.get('x-request-id')
    expect(await idOf('from-a-proxy.1')).toBe('from-a-proxy.1')
    for (const odd of ['a b', 'x'.repeat(129), '"quoted"']) expect(await idOf(odd)).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('/metrics and the reasons of /ready, once there is a token', () => {
  it('are for operators: a proxy that adds nothing cannot be told from this machine', async () => {
    const server = await startTestServer()
    const headersOf = async (role: 'DEVICE' | 'OPERATOR') =>
      bearer((await createToken(server.db, command, { name: role.toLowerCase(), role })).secret)
    const [device, operator] = [await headersOf('DEVICE'), await headersOf('OPERATOR')]
    const metricsAs = async (headers: Record<string, string>) =>
      (await fetch(`${server.address}/metrics`, { headers })).status
    await expect.poll(() => metricsAs({})).toBe(401)
    expect(await metricsAs(device)).toBe(403)
    expect(await metricsAs(operator)).toBe(200)
    const readyAs = async (headers: Record<string, string>) => {
      const passedOn = { 'x-forwarded-for': '203.0.113.9', ...headers }
      return (await fetch(`${server.address}/ready`, { headers: passedOn })).json()
    }
    expect(await readyAs(device)).toEqual({ status: 'degraded' })
    expect(await readyAs(operator)).toMatchObject({ status: 'degraded', failed: [], degraded: [expect.any(String)] })
    await server.close()
  })
})
