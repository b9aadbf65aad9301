/** Below a path of somebody else's host, behind a proxy that takes it away and behind one that leaves it there. */
import { once } from 'node:events'
import http from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { readConfig } from '../src/config.js'
import { ask } from './support/client.js'
import { drawnPhoto } from './support/drawn-photo.js'
import { hasBrowser, openBrowser, openConsole } from './support/browser.js'
import type { TestHall } from './support/hall.js'
import { queuePhotos } from './support/queued-photos.js'
import { startTestServer, type TestServer } from './support/server.js'
import { openTrainedHall } from './support/trained-hall.js'
import { settingsOf } from './support/training.js'

const minutes = 60_000
const base = '/wastex'
let hall: TestHall
let server: TestServer
const proxies: http.Server[] = []

interface Linked {
  readonly images: { edges: { node: { url: string; thumbnailUrl: string } }[] }
  readonly trainingRuns: { edges: { node: { artefacts: { url: string }[] } }[] }
}

/** @param strips whether the server sees the path without what stands before it @returns its address */
async function startProxy(strips: boolean): Promise<string> {
  const { port } = new URL(server.address)
  const options = ({ url = '', method, headers }: http.IncomingMessage) => ({
    port,
    method,
    headers,
    path: strips ? url.slice(base.length) : url,
  })
  const proxy = http.createServer((request, response) => {
    if (!request.url?.startsWith(`${base}/`)) return response.writeHead(418).end()
    const passed = http.request(options(request), (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  proxy.on('upgrade', (request, socket, head) => {
    const { path, headers } = options(request)
    const behind = connect(Number(port), '127.0.0.1', () => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`)
      behind.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
      behind.write(head)
      behind.pipe(socket).pipe(behind)
    })
    for (const end of [socket, behind]) end.on('error', () => [socket, behind].forEach((one) => one.destroy()))
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  proxies.push(proxy)
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${base}`
}

beforeAll(async () => {
  ;({ hall } = await openTrainedHall())
  server = await startTestServer({ ...settingsOf(hall), WASTEX_BASE_PATH: `${base}/` })
  await queuePhotos(server, ['first.jpg'])
}, 4 * minutes)
afterAll(async () => {
  for (const proxy of proxies) {
    proxy.closeAllConnections()
    proxy.close()
  }
  await server.close()
  await hall.close()
})

describe.each([
  ['takes it away', true],
  ['leaves it there', false],
])('behind a proxy that %s', (_what, strips) => {
  let address: string
  beforeAll(async () => {
    address = await startProxy(strips)
  })

  it('every address that it gives leads back to it', async () => {
    const { origin } = new URL(address)
    const { images, trainingRuns } = await ask<Linked, object>(
      address,
      '{ images(first: 1) { edges { node { url thumbnailUrl } } } trainingRuns(first: 1) { edges { node { artefacts { url } } } } }',
    )
    const given = [...images.edges, ...trainingRuns.edges].flatMap(({ node }) =>
      'url' in node ? [node.url, node.thumbnailUrl] : node.artefacts.slice(0, 1).map(({ url }) => url),
    )
    expect(given).toHaveLength(3)
    for (const path of given) {
      expect(path).toMatch(/^\/wastex\/files\//)
      expect((await fetch(origin + path)).status).toBe(200)
    }
    const session = await fetch(`${address}/session`, { method: 'DELETE' })
    expect(session.headers.get('set-cookie')).toContain('Path=/wastex/;')
    expect((await fetch(`${address}/health`)).status).toBe(200)
    const graphiql = await fetch(`${address}/graphql`, { headers: { accept: 'text/html' } })
    expect(await graphiql.text()).not.toMatch(/"endpoint":"\/graphql"/)
    const socket = new WebSocket(`${address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.close()
  })

  it.skipIf(!hasBrowser)(
    'the console classifies, shows photos and hears of news',
    { timeout: 2 * minutes },
    async () => {
      const browser: Browser = await openBrowser()
      try {
        const { page, complaints } = await openConsole(browser, address, '/classify')
        const heard = page.waitForEvent('websocket', (socket) => socket.url().endsWith('/wastex/graphql'))
        await page
          .locator('input[type=file]')
          .setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: await drawnPhoto(strips ? 1 : 2) })
        await page
          .getByRole('article', { name: 'a.jpg', exact: true })
          .getByRole('list', { name: /likely/ })
          .waitFor()
        await page.goto(`${address}/#/review`)
        await page.waitForFunction(() =>
          [...document.images].some(({ src, naturalWidth }) => src.includes('/wastex/files/') && naturalWidth > 0),
        )
        await heard
        expect(complaints).toEqual([])
      } finally {
        await browser.close()
      }
    },
  )
})

it('answers in front of the path as below it, and leads to the slash behind it', async () => {
  const { origin } = new URL(server.address)
  for (const at of [origin, server.address]) expect((await fetch(`${at}/ready`)).status).toBe(200)
  const answer = await fetch(server.address, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([308, '/wastex/'])
})

it('takes no base path that is none', () => {
  const taken = (path: string) => readConfig({ WASTEX_BASE_PATH: path }).basePath
  expect(['/', '/a', '/a/b.c/', ''].map(taken)).toEqual(['', '/a', '/a/b.c', ''])
  for (const path of ['wastex', '//a', '/a//b', '/..', '/a b', '/files', '/graphql/a', 'https://a/b'])
    expect(() => taken(path), path).toThrow(/WASTEX_BASE_PATH/)
})
