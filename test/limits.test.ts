/** docs/limits.md says what is in force, and which test holds each limit. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { httpLimits } from '../src/api/server.js'
import { socketLimits } from '../src/api/sockets.js'
import { decodesAtOnce } from '../src/photos/limits.js'
import { limits, limitsSection } from './support/limits-table.js'
import { startTestServer, type TestServer } from './support/server.js'

const root = path.resolve(import.meta.dirname, '..')

it('the table of limits is that of the constants (else: npx tsx tools/write-limits.ts)', async () => {
  const text = await readFile(path.join(root, 'docs', 'limits.md'), 'utf8')
  const [, section = ''] = /<!-- limits:begin -->\n([^]*)<!-- limits:end -->/.exec(text) ?? []
  expect(section).toContain(limitsSection())
})

const all = Object.values(limits).flat()

it.each(all)('$what: a test is called so', async ({ test: [file, sentence] }) => {
  // The name of a test or of a group of them, or of a row of `it.each`.
  const name = String.raw`(?:\b(?:it|describe)\(|\)\(|\[)\s*['"\`][^'"\`\n]*${sentence}`
  expect(await readFile(path.join(root, 'test', file), 'utf8')).toMatch(new RegExp(name))
})

it('no test stands for two limits', () => {
  const tests = all.map(({ test }) => test.join(': '))
  expect(tests.filter((test, i) => tests.indexOf(test) < i)).toEqual([])
})

it('every setting of a limit is in the README', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8')
  const settings = Object.values(limits).flatMap((rows) => rows.flatMap(({ setting }) => setting ?? []))
  expect(settings.filter((setting) => !readme.includes(`\`${setting}\``))).toEqual([])
})

it('a training decodes so few photos at once, and the server, that one of libuv’s threads is left for files', () => {
  expect(decodesAtOnce.serving + decodesAtOnce.training).toBeLessThan(Number(process.env['UV_THREADPOOL_SIZE'] ?? 4))
})

describe('a server that is made', () => {
  let server: TestServer
  let made: http.Server | undefined
  beforeAll(async () => {
    const making = vi.spyOn(http, 'createServer')
    server = await startTestServer()
    made = making.mock.results[0]?.value as http.Server
  })
  afterAll(() => server.close())

  it.each([
    ['time for the head', 'headersTimeout', httpLimits.headersMs],
    ['time for the whole request', 'requestTimeout', httpLimits.requestMs],
    ['time between two requests', 'keepAliveTimeout', httpLimits.keepAliveMs],
  ] as const)('has its %s from the limits', (_what, name, limit) => {
    expect(made?.[name]).toBe(limit)
  })

  it('lets a socket go that answers no ping', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    try {
      const address = `${server.address.replace('http', 'ws')}/graphql`
      const socket = new WebSocket(address, 'graphql-transport-ws', { autoPong: false })
      await once(socket, 'open')
      socket.send('{"type":"connection_init"}')
      await once(socket, 'message')
      const [pinged, closed] = [once(socket, 'ping'), once(socket, 'close')]
      vi.advanceTimersByTime(socketLimits.pingMs)
      await pinged
      expect(socket.readyState).toBe(WebSocket.OPEN)
      vi.advanceTimersByTime(socketLimits.pingMs)
      expect((await closed)[0]).toBe(1006)
    } finally {
      vi.useRealTimers()
    }
  })
})
