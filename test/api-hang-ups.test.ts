/** A client that hangs up, at whatever moment, is no fault of the server: its log has a line of the request, and no error. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { send } from './support/client.js'
import { createTestDatabase } from './support/database.js'
import { line, multipartHead } from './support/raw-request.js'
import { ServerProcess } from './support/server-process.js'
import { until } from './support/until.js'

let folder: string
let server: ServerProcess
let address: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-hang-ups-'))
  server = new ServerProcess({
    DATABASE_URL: (await createTestDatabase()).url,
    WASTEX_DATA: path.join(folder, 'data'),
    WASTEX_MODELS: path.join(folder, 'models'),
    WASTEX_DATASETS: path.join(folder, 'datasets'),
    LOG_LEVEL: 'debug',
  })
  address = await server.address()
}, 120_000)
afterAll(async () => {
  await server.kill()
  await rm(folder, { recursive: true, force: true })
})

interface Line {
  readonly level: number
  readonly msg: string
  readonly path?: string
}
const logged = (): Line[] =>
  server.log
    .split('\n')
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text) as Line)
/** What is worse than a piece of news, from that line on. */
const faults = (from: number) =>
  logged()
    .slice(from)
    .filter(({ level, msg }) => level > 30 || /unexpected/.test(msg))
const requests = () => logged().filter(({ msg }) => msg === 'request').length

const upload =
  '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query":"mutation ($i: Upload!) { classify(image: $i) { ood } }","variables":{"i":null}}\r\n' +
  '--x\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["variables.i"]}\r\n' +
  '--x\r\ncontent-disposition: form-data; name="0"; filename="a.jpg"\r\n\r\n'
const pixels = 'x'.repeat(100_000)
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const head = (method: string, where: string, more = '') =>
  `${method} ${where} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncontent-type: application/json\r\n${more}\r\n`
const query = (text: string) => `{"query":${JSON.stringify(text)}}`
const whole = (body: string, more = '') => head('POST', '/graphql', `content-length: ${body.length}\r\n${more}`) + body

/** What is sent before the client hangs up, and how many requests the log tells of. */
const moments: [name: string, sent: string, lines: number][] = [
  ['in the head', 'POST /graphql HTTP/1.1\r\nhost: loc', 0],
  ['behind the head', multipartHead('x', 1_000_000), 1],
  ['in the operations of an upload', multipartHead('x', 1_000_000) + upload.slice(0, 90), 1],
  ['in the photo of an upload', multipartHead('x', 1_000_000) + upload + pixels, 1],
  ['in the photo of an upload in chunks', multipartHead('x', 'chunked') + chunk(upload + pixels), 1],
  ['in a chunk', `${multipartHead('x', 'chunked')}ffff\r\n${upload}`, 1],
  ['in a JSON body', head('POST', '/graphql', 'content-length: 1000\r\n') + query('{ __typename }'), 1],
  ['in a JSON body in chunks', head('POST', '/graphql', 'transfer-encoding: chunked\r\n') + chunk('{"query":'), 1],
  ['in a sign-in', `${head('POST', '/session', 'content-length: 1000\r\n')}{"token":`, 1],
  ['before the answer', whole(query('{ images { totalCount edges { node { id } } } }')), 1],
  ['before the answers of three', whole(query('{ images { totalCount } }')).repeat(3), 1],
  [
    'behind one request and in the next',
    whole(query('{ __typename }')) + head('POST', '/graphql', 'content-length: 99\r\n'),
    1,
  ],
  ['from a stream of events', whole(query('subscription { imageQueued { id } }'), 'accept: text/event-stream\r\n'), 1],
]

it.each(moments)('%s', async (_when, sent, lines) => {
  const from = logged().length
  for (const hangUp of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.resetAndDestroy()]) {
    const before = requests()
    const socket = await line(address)
    await new Promise<void>((resolve) => socket.write(sent, () => resolve()))
    // The next request is answered when the server has read what came before it.
    await send(address, '{ __typename }')
    hangUp(socket)
    await until(() => requests() >= before + 1 + lines)
  }
  await send(address, '{ __typename }')
  expect(faults(from)).toEqual([])
})

it('from a socket, in a message and beside its subscriptions', async () => {
  const from = logged().length
  for (const last of [Buffer.from([0x81, 0xfe, 0x10]), Buffer.alloc(0)]) {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('open', resolve))
    const told = new Promise((resolve) => socket.once('message', resolve))
    socket.send('{"type":"connection_init"}')
    await told
    const before = requests()
    for (const id of ['a', 'b'])
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: 'subscription { imageQueued { id } }' } }))
    await send(address, '{ __typename }')
    const { _socket: raw } = socket as unknown as { _socket: Socket }
    await new Promise<void>((resolve) => raw.write(last, () => resolve()))
    raw.resetAndDestroy()
    await until(() => requests() >= before + 3)
  }
  expect(faults(from)).toEqual([])
})
