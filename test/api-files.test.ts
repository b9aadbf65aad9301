import { mkdir, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readinessOf } from '../src/api/readiness.js'
import type { Hall } from '../src/hall.js'
import { createLog } from '../src/log.js'
import { decodingPool } from '../src/photos/decoding-pool.js'
import { decodesAtOnce, photoLimits } from '../src/photos/limits.js'
import { keepForReview } from '../src/reviews/keep-for-review.js'
import { ask } from './support/client.js'
import { drawnPhoto } from './support/drawn-photo.js'
import { addImage, addRun, addVersion } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'
import { unknownPhoto } from './support/unknown-photo.js'
import { until } from './support/until.js'

let server: TestServer
let photo: Buffer
let hash: string

beforeAll(async () => {
  server = await startTestServer()
  const drawn = sharp({ create: { width: 640, height: 400, channels: 3, background: 'green' } })
  photo = await drawn.png().toBuffer()
  hash = createHash('sha256').update(photo).digest('hex')
  const { photoId } = await addImage(server.db)
  // Its name says JPEG, its bytes PNG.
  await server.db.photo.update({
    where: { id: photoId },
    data: {
      contentHash: hash,
      storedHash: hash,
      root: server.config.uploadsDir,
      path: `${hash.slice(0, 2)}/${hash}.jpg`,
      bytes: photo.length,
    },
  })
  const file = path.join(server.config.uploadsDir, hash.slice(0, 2), `${hash}.jpg`)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, photo)
  const folder = path.join(server.config.modelsDir, 'run-1')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'metrics.json'), '{"accuracy":1}')
  await writeFile(path.join(folder, 'secret.json'), 'not an artefact')
  const version = await addVersion(server.db, 'v1')
  await addRun(server.db, 'run-1', version.id, { artefacts: [{ name: 'metrics.json', bytes: 14, sha256: 'abc' }] })
})
afterAll(() => server.close())

const get = (where: string, init?: RequestInit) => fetch(`${server.address}${where}`, init)

/** Of the one photo that is kept at first, as its Image says it. */
async function thumbnailUrl(size: string): Promise<string> {
  const document = `{ images(first: 1) { edges { node { thumbnailUrl${size} } } } }`
  const { images } = await ask<{ images: { edges: { node: { thumbnailUrl: string } }[] } }, object>(
    server.address,
    document,
  )
  return images.edges[0]?.node.thumbnailUrl ?? ''
}

describe('files', () => {
  it('gives a photo by its content hash: its true type, and asked for again only whether it is there', async () => {
    const response = await get(`/files/photos/${hash}`)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(photo.length),
      // A browser that kept it would show it when it has been erased.
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      etag: `"${hash}"`,
    })
    expect(Buffer.from(await response.arrayBuffer())).toEqual(photo)
    expect((await get(`/files/photos/${hash}`, { headers: { 'if-none-match': `"${hash}"` } })).status).toBe(304)
    const head = await get(`/files/photos/${hash}`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(photo.length)])
  })

  it.each([
    ['', 320, 200],
    ['(size: SMALL)', 320, 200],
    ['(size: LARGE)', 640, 400],
  ])('gives a small copy of the size that was asked for%s, to be kept for a day', async (size, width, height) => {
    const where = await thumbnailUrl(size)
    const response = await get(where)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'private, max-age=86400',
      // Not by whoever signs in there afterwards.
      vary: 'authorization, cookie',
    })
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' }
    expect((await get(where, { headers })).status).toBe(304)
    expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({ width, height })
  })

  it('gives each size an address and an etag of its own', async () => {
    const places = [`/files/photos/${hash}`, await thumbnailUrl('(size: SMALL)'), await thumbnailUrl('(size: LARGE)')]
    const etags = await Promise.all(
      places.map(async (where) => (await get(where, { method: 'HEAD' })).headers.get('etag')),
    )
    expect([new Set(places).size, new Set(etags).size]).toEqual([3, 3])
  })

  it('makes so many small copies at a time, and has a phone’s photo kept before them', async () => {
    const unknown = await unknownPhoto(await drawnPhoto(1))
    // Until the gate opens, whoever decodes now is not done.
    let open = () => {}
    const gate = new Promise<void>((resolve) => (open = resolve))
    const inHand = Array.from({ length: decodesAtOnce.serving }, () => decodingPool.run('house', () => gate))
    let refused = 0
    const flood = Array.from({ length: photoLimits.picturesWaiting + 20 }, async () => {
      const response = await get(`/files/thumbnails/${hash}`)
      if (response.status === 503) refused++
      await response.arrayBuffer()
      return { status: response.status, retryAfter: response.headers.get('retry-after') }
    })
    await until(() => refused === 20)
    const kept = keepForReview({ config: server.config, db: server.db }, unknown)
    await until(() => decodingPool.waiting.answer === 1)
    open()
    await kept
    expect(decodingPool.waiting.picture).toBeGreaterThan(0)
    await Promise.allSettled(inHand)
    const answers = await Promise.all(flood)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(photoLimits.picturesWaiting)
    expect(answers.find(({ status }) => status === 503)?.retryAfter).toMatch(/^[1-9]\d*$/)
    expect((await get(`/files/thumbnails/${hash}`)).status).toBe(200)
  })

  it('gives the artefacts of a run, and no other file of its folder', async () => {
    const response = await get('/files/runs/run-1/metrics.json')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(await response.json()).toEqual({ accuracy: 1 })
    expect((await get('/files/runs/run-1/secret.json')).status).toBe(404)
  })

  it('gives no artefact that was cut short since', async () => {
    const file = path.join(server.config.modelsDir, 'run-1', 'metrics.json')
    await writeFile(file, '{"accuracy":')
    expect((await get('/files/runs/run-1/metrics.json')).status).toBe(404)
    await writeFile(file, '{"accuracy":1}')
  })

  it.each([
    '/files/',
    '/files/photos/',
    '/files/photos/..%2f..%2fetc%2fpasswd',
    `/files/photos/${'0'.repeat(64)}`,
    `/files/photos/${'0'.repeat(64)}/large`,
    '/files/thumbnails/large',
    '/files/runs/run-1/',
    '/files/runs/run-1',
    '/files/runs/run-1/..%2fsecret.json',
    '/files/runs/..%2f..%2fetc/passwd',
    '/files/runs/%00/%00',
    '/files/%E0%A4%A/x',
    '/anything',
  ])('knows nothing of %s', async (where) => {
    expect((await get(where)).status).toBe(404)
  })

  it('does not pass off as the photo a file that has changed since', async () => {
    const { photoId } = await addImage(server.db)
    const { contentHash } = await server.db.photo.update({
      where: { id: photoId },
      data: { path: `${hash.slice(0, 2)}/${hash}.jpg`, bytes: photo.length + 1 },
    })
    expect((await get(`/files/photos/${contentHash}`)).status).toBe(404)
  })

  it('nor one that is no photo any more, of whatever size', async () => {
    const { photoId } = await addImage(server.db)
    const place = `${hash.slice(0, 2)}/replaced.jpg`
    const replaced = Buffer.alloc(photo.length, 'x')
    await writeFile(path.join(server.config.uploadsDir, place), replaced)
    const { contentHash } = await server.db.photo.update({
      where: { id: photoId },
      data: { path: place, bytes: replaced.length },
    })
    for (const kind of ['photos', 'thumbnails'])
      expect([kind, (await get(`/files/${kind}/${contentHash}`)).status]).toEqual([kind, 404])
    // It begins like one.
    photo.copy(replaced, 0, 0, 16)
    await writeFile(path.join(server.config.uploadsDir, place), replaced)
    expect((await get(`/files/thumbnails/${contentHash}`)).status).toBe(404)
  })

  it('is gone for whoever asks again when it is erased', async () => {
    const own = { contentHash: hash }
    await server.db.photo.update({ where: own, data: { erasedAt: new Date() } })
    for (const [kind, etag, size = ''] of [
      ['photos', `"${hash}"`],
      ['thumbnails', `"${hash}-small"`],
      ['thumbnails', `"${hash}-large"`, '/large'],
    ])
      expect((await get(`/files/${kind}/${hash}${size}`, { headers: { 'if-none-match': etag ?? '' } })).status).toBe(
        410,
      )
    await server.db.photo.update({ where: own, data: { erasedAt: null } })
  })

  it('takes no other method', async () => {
    expect((await get(`/files/photos/${hash}`, { method: 'DELETE' })).status).toBe(405)
  })
})

describe('the server’s own pages', () => {
  it('say that it is alive, and ready but for what is missing', async () => {
    expect((await get('/health')).status).toBe(200)
    const ready = await get('/ready')
    expect(ready.status).toBe(200)
    expect(await ready.json()).toMatchObject({
      status: 'degraded',
      failed: [],
      degraded: expect.arrayContaining([expect.stringContaining('model')]),
    })
  })

  it('look at the database once a second, however many ask whether it is ready', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    let looks = 0
    const db = { $queryRaw: async () => [{ looks: looks++, isStandby: false, isReadOnly: false }] }
    const hall = { db, config: server.config, log: createLog('silent') } as unknown as Hall
    const ready = readinessOf(hall, { degraded: async () => [], loading: () => undefined })
    await Promise.all(Array.from({ length: 100 }, ready))
    await ready()
    expect(looks).toBe(1)
    vi.advanceTimersByTime(1_001)
    expect(await Promise.all([ready(), ready()])).toEqual(
      Array.from({ length: 2 }, () => ({ status: 'ready', failed: [], degraded: [] })),
    )
    expect(looks).toBe(2)
    vi.useRealTimers()
  })

  it('are GraphiQL for a browser: one page, compressed, asked for once', async () => {
    const headers = { accept: 'text/html' }
    const response = await get('/graphql', { headers })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    const html = await response.text()
    expect(html).toContain('id="uploads"')
    // By fetch, which takes the headers of the editor along, and with them a token; a browser's socket could not.
    expect(html).toContain('"subscriptionsProtocol":"SSE"')
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)="?https?:/)
    const etag = response.headers.get('etag') ?? ''
    expect((await get('/graphql', { headers: { ...headers, 'if-none-match': etag } })).status).toBe(304)
    const plain = await get('/graphql', { headers: { ...headers, 'accept-encoding': 'identity' } })
    expect((await plain.text()).length).toBe(html.length)
  })
})
