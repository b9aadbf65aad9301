/** Connections when there are more than enough of them. Addresses are those of the loopback: 127.0.0.1, 127.0.0.2, ... */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import { answerOn } from './support/raw-request.js'
import { startTestServer, type TestServer } from './support/server.js'
import { until } from './support/until.js'

/** In all, two of them on the reserve; half of them may be of one address. */
const most = 40
const [own, reserve] = [20, 2]

let server: TestServer
const opened: Socket[] = []
beforeEach(async () => {
  server = await startTestServer({ WASTEX_CONNECTIONS: String(most) })
})
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy()
  await server.close()
})

async function line(from: string): Promise<Socket> {
  const { port } = new URL(server.address)
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: from })
  socket.on('error', () => undefined)
  opened.push(socket)
  await once(socket, 'connect')
  return socket
}
const lines = async (from: string, count: number) => {
  const all: Socket[] = []
  // One after another: who came first is known.
  for (let i = 0; i < count; i++) all.push(await line(from))
  return all
}
const open = (sockets: readonly Socket[]) => sockets.filter((socket) => !socket.destroyed).length

async function ask(from: string, path: string, more = '') {
  const socket = await line(from)
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: application/json\r\n${more}\r\n`,
  )
  return answerOn(socket)
}
const query = '/graphql?query=%7B__typename%7D'

describe('an address', () => {
  it('has its share of the connections, and beside it what the reserve lets in', async () => {
    const flood = await lines('127.0.0.1', 30)
    await until(() => open(flood) === own + reserve)
    // Of its own the first ones stay; on the reserve the last ones.
    expect(open(flood.slice(0, own))).toBe(own)
    expect((await ask('127.0.0.2', query)).status).toBe(200)
  })

  it('that has its share is still told whether the server is well, and its operators are let in', async () => {
    const { secret } = await createToken(server.db, command, { name: 'anna', role: 'OPERATOR' })
    const phone = await createToken(server.db, command, { name: 'phone', role: 'DEVICE' })
    await lines('127.0.0.1', own)
    expect((await ask('127.0.0.1', '/ready')).status).toBe(200)
    expect((await ask('127.0.0.1', query, `authorization: Bearer ${secret}\r\n`)).status).toBe(200)
    const refused = await ask('127.0.0.1', query, `authorization: Bearer ${phone.secret}\r\n`)
    expect(refused.status).toBe(503)
    expect(refused.body).toMatch(/too many connections.*"retryAfterMs":\d+,"code":"OVERLOADED"/)
    expect((await ask('127.0.0.2', query, `authorization: Bearer ${phone.secret}\r\n`)).status).toBe(200)
  })
})

describe('when all connections are taken', () => {
  it('one that is idle of the address that has most gives way to an address that has few', async () => {
    const first = await lines('127.0.0.1', own)
    const second = await lines('127.0.0.2', most - reserve - own)
    for (let i = 0; i < 5; i++) expect((await ask('127.0.0.3', query)).status).toBe(200)
    const kept = await lines('127.0.0.3', 5)
    await until(() => open(first) + open(second) === most - reserve - 5)
    expect(open(kept)).toBe(5)
    // Those that were idle for longest.
    expect(first.slice(0, 2).every(({ destroyed }) => destroyed)).toBe(true)
    expect(open(first.slice(-5))).toBe(5)
  })

  it('one that waits for its answer does not give way', async () => {
    const slow = await lines('127.0.0.1', own)
    // The head is there, and the body does not come.
    for (const socket of slow)
      socket.write(
        'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n',
      )
    const idle = await lines('127.0.0.2', most - reserve - own)
    await until(async () => (await ask('127.0.0.3', '/health')).status === 200)
    await lines('127.0.0.3', 3)
    await until(() => open(idle) < idle.length)
    expect(open(slow)).toBe(own)
  })
})
