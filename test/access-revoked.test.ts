/** A token that is revoked is out, on every server, and what it has open is closed. */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { signInLimits } from '../src/access/look-up.js'
import { SignIn } from '../src/access/sign-in.js'
import { anybody } from '../src/access/actor.js'
import { command } from '../src/access/doer.js'
import { createToken, revokeToken } from '../src/access/tokens.js'
import { subscribers } from '../src/metrics.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { startServerOf } from './support/training.js'
import type { TestServer } from './support/server.js'
import { send } from './support/client.js'
import { bearer } from './support/tokens.js'
import { until } from './support/until.js'
import { shown } from './support/watched-server.js'

let hall: TestHall
let servers: TestServer[]
beforeAll(async () => {
  hall = await openTestHall()
  servers = [await startServerOf(hall), await startServerOf(hall)]
})
afterAll(async () => {
  for (const server of servers) await server.close()
  await hall.close()
})

const query = 'subscription { trashCounted { classLabel } }'

async function openSocket(server: TestServer, payload: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`${server.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init', payload }))
  await once(socket, 'message')
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }))
  return socket
}

const openStream = (server: TestServer, headers: Record<string, string>, accept = 'text/event-stream') =>
  fetch(`${server.address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body: JSON.stringify({ query }),
  })

/** GraphiQL sends the headers of its editor along with a subscription as well. */
const asGraphiQL = (server: TestServer, headers: Record<string, string>) =>
  fetch(`${server.address}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream', ...headers },
  })

describe('two servers of one database', () => {
  it('close what an admin without a token has open as soon as there is a token', async () => {
    const sockets = await Promise.all(servers.map((server) => openSocket(server, {})))
    const closed = Promise.all(sockets.map((socket) => once(socket, 'close')))
    const streams = await Promise.all(servers.map((server) => openStream(server, {})))
    await createToken(hall.db, command, { name: 'first', role: 'ADMIN' })
    expect((await closed).map(([code]) => code as number)).toEqual([4401, 4401])
    for (const stream of streams) await stream.text() // ends
  })

  it('close sockets and streams of a revoked token, leave those of others, and let it in no more', async () => {
    const { secret } = await createToken(hall.db, command, { name: 'console', role: 'OPERATOR' })
    const other = await createToken(hall.db, command, { name: 'wall', role: 'OPERATOR' })
    const [mine, others] = [bearer(secret), bearer(other.secret)]
    await until(async () => (await shown(subscribers)) === 0)
    const sockets = await Promise.all(servers.map((server) => openSocket(server, mine)))
    const kept = await openSocket(servers[1] as TestServer, others)
    const closed = Promise.all(sockets.map((socket) => once(socket, 'close')))
    const streams = await Promise.all(
      servers.flatMap((server) => [
        openStream(server, mine),
        openStream(server, mine, '*/*'),
        asGraphiQL(server, mine),
      ]),
    )
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200))
    // Two sockets and six streams of the token, and the other's socket.
    await until(async () => (await shown(subscribers)) === 9)
    const started = performance.now()
    await revokeToken(hall.db, command, 'console', async () => undefined)
    expect((await closed).map(([code]) => code as number)).toEqual([4401, 4401])
    for (const stream of streams) await stream.text() // ends
    await until(async () => (await shown(subscribers)) === 1)
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(kept.readyState).toBe(WebSocket.OPEN)
    kept.close()
    for (const server of servers) {
      expect((await send(server.address, '{ __typename }', {}, { headers: mine })).status).toBe(401)
      expect((await send(server.address, '{ __typename }', {}, { headers: others })).status).toBe(200)
    }
  })

  it('refuse a socket whose token is wrong', async () => {
    const socket = new WebSocket(`${servers[0]?.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer wastex_wrong' } }))
    expect((await once(socket, 'close'))[0]).toBe(4401)
  })
})

describe('a revocation of which no message came', () => {
  it('is seen within half a minute', async () => {
    const own = await openTestHall()
    vi.useFakeTimers({ toFake: ['setInterval'] })
    const signIn = new SignIn(own)
    try {
      const { token } = await createToken(own.db, command, { name: 'quiet', role: 'DEVICE' })
      const good = await createToken(own.db, command, { name: 'good', role: 'DEVICE' })
      const ended: string[] = []
      const actorOf = ({ id, name, role }: typeof token) => ({ role, token: { id, name } })
      signIn.hold(actorOf(token), () => ended.push('quiet'))
      signIn.hold(actorOf(good.token), () => ended.push('good'))
      signIn.hold(anybody, () => ended.push('anybody'))
      await own.db.accessToken.update({ where: { id: token.id }, data: { revokedAt: new Date() } })
      vi.advanceTimersByTime(signInLimits.recheckMs)
      await vi.waitFor(() => expect(ended.toSorted()).toEqual(['anybody', 'quiet']))
    } finally {
      vi.useRealTimers()
      signIn.close()
      await own.close()
    }
  })
})
