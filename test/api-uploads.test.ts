/** Uploads as they come over bad lines and from bad people. */
import { readdir } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import { multipartLimits } from '../src/api/multipart.js'
import { httpLimits } from '../src/api/server.js'
import { UploadRoom } from '../src/api/upload-room.js'
import { uploadBytes, uploads } from '../src/metrics.js'
import { file, send, upload } from './support/client.js'
import { answerOn, line, multipartHead } from './support/raw-request.js'
import { startTestServer, type TestServer } from './support/server.js'
import { bearer } from './support/tokens.js'
import { until } from './support/until.js'
import { over, shown, startWatchedServer, type WatchedServer } from './support/watched-server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const query = 'mutation ($image: Upload!) { classify(image: $image) { classLabel } }'
const good = [
  ['operations', JSON.stringify({ query, variables: { image: null } })],
  ['map', '{"0":["variables.image"]}'],
  ['0', 'no photo'],
] as const

function bodyOf(parts: readonly (readonly [string, string])[], boundary = 'x'): string {
  const written = parts.map(([name, value]) => {
    const as = /^\d+$/.test(name) ? `; filename="${name}.jpg"\r\ncontent-type: image/jpeg` : ''
    return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${as}\r\n\r\n${value}\r\n`
  })
  return `${written.join('')}--${boundary}--\r\n`
}

async function post(body: string, length: number | 'chunked' = Buffer.byteLength(body), boundary = 'x') {
  const socket = await line(server.address)
  socket.write(multipartHead(boundary, length))
  if (length === 'chunked') socket.end(`${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`)
  else socket.end(body)
  return answerOn(socket)
}

describe('a broken multipart request', () => {
  /** One of a few hundred, the same for the same seed: the good one with something done to it. */
  function broken(seed: number): { body: string; length: number | 'chunked' } {
    const random = xoroshiro128plus(seed)
    const below = (n: number) => (random.next() >>> 0) % n
    const whole = bodyOf(good)
    const some = () => {
      const at = below(whole.length)
      return [whole.slice(0, at), whole.slice(at)] as const
    }
    const odd = [
      'null',
      '[]',
      '{}',
      '7',
      '"x"',
      '{"query":7}',
      '[[[',
      '\0',
      '{"0":["variables.image","variables.image"]}',
      '😀',
    ]
    const oneOf = <T>(all: readonly T[]) => all[below(all.length)] as T
    const ways: (() => string)[] = [
      () => some()[0],
      () => some()[1],
      () => some().join(oneOf(['\0', '\r\n', '--x', '--x--', '"', '{', 'ÿ'.repeat(300)])),
      () => bodyOf(good.toSorted(() => below(3) - 1)),
      () => bodyOf(good.filter(() => below(3) > 0)),
      () => bodyOf([...good, ...good]),
      () => bodyOf(good.map(([name, value], i) => [name, i === below(3) ? oneOf(odd) : value])),
      () =>
        bodyOf(
          good.map(([name, value], i) => [i === below(3) ? oneOf(['', '__proto__', 'map', '0', '7']) : name, value]),
        ),
      () => bodyOf([['operations', '['.repeat(below(100_000))], ...good.slice(1)]),
      () => bodyOf([good[0], ['map', `{"0":["variables${'.a'.repeat(below(10_000))}"]}`], good[2]]),
      () =>
        bodyOf([
          good[0],
          [
            'map',
            JSON.stringify(Object.fromEntries(Array.from({ length: below(40) }, (_, i) => [i, ['variables.image']]))),
          ],
          good[2],
        ]),
      () => bodyOf([...good, ...Array.from({ length: below(30) }, (_, i) => [String(i + 1), 'x'] as const)]),
      () => Array.from({ length: below(2_000) }, () => String.fromCharCode(below(256))).join(''),
      () => whole.replaceAll('\r\n', oneOf(['\n', '\r', '\r\n\r\n'])),
      () => whole.replace('form-data', oneOf(['', 'attachment', 'form-data; form-data'])),
    ]
    const body = oneOf(ways)()
    const bytes = Buffer.byteLength(body)
    return { body, length: oneOf([bytes, bytes, 'chunked', bytes + 10, Math.max(0, bytes - 10)]) }
  }

  it('is never our fault and never hangs: six hundred of them', async () => {
    const seeds = Array.from({ length: 600 }, (_, i) => i + 1)
    const bad: unknown[] = []
    const statuses = new Map<number, number>()
    const workers = Array.from({ length: 8 }, async () => {
      for (let seed = seeds.pop(); seed !== undefined; seed = seeds.pop()) {
        const { body, length } = broken(seed)
        const answer = await Promise.race([post(body, length), wait(20_000, undefined, { ref: false })])
        const status = answer?.status ?? -1
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        // 200: GraphQL over HTTP wants it so of a document that cannot be parsed. 0: it was cut short and the client is gone. 503: a whole one, to a server without a model.
        const code = answer?.body ? /"code":"(\w+)"/.exec(answer.body)?.[1] : undefined
        const fine =
          status === 0 ||
          (status === 200 && code === 'GRAPHQL_PARSE_FAILED') ||
          (status === 400 && (code !== undefined || !answer?.body)) ||
          (status === 413 && code) ||
          status === 503
        if (!fine) bad.push({ seed, status, body: answer?.body.slice(0, 300) })
      }
    })
    await Promise.all(workers)
    expect(bad).toEqual([])
    expect(statuses.get(400)).toBeGreaterThan(200)
    expect(await send(server.address, '{ __typename }')).toMatchObject({ status: 200 })
  }, 120_000)

  it('of more than sixteen places in its map is refused', async () => {
    const map = JSON.stringify(Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, ['variables.image']])))
    expect(await post(bodyOf([good[0], ['map', map], good[2]]))).toMatchObject({
      status: 400,
      body: expect.stringContaining('16 entries'),
    })
  })

  it('of operations nested too deeply is refused', async () => {
    const deep = `{"query":"{ __typename }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
    const answer = await post(bodyOf([['operations', deep], ...good.slice(1)]))
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('nested') })
  })

  it('in chunks is refused when it has become too large, whatever it said before', async () => {
    const socket = await line(server.address)
    const answer = answerOn(socket)
    socket.write(multipartHead('x', 'chunked'))
    const head = '--x\r\ncontent-disposition: form-data; name="0"; filename="a"\r\n\r\n'
    socket.write(`${head.length.toString(16)}\r\n${head}\r\n`)
    const mebibyte = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(1024 * 1024), Buffer.from('\r\n')])
    for (let sent = 0; sent < 120 && socket.writable; sent++)
      await new Promise<void>((resolve) => socket.write(mebibyte, () => resolve())) // an error is as good: it is over
    socket.end('0\r\n\r\n')
    // The answer may be lost under what is still being sent: then the line is cut all the same.
    expect([0, 413]).toContain((await answer).status)
  })
})

describe('uploads that break off', () => {
  it('leave nothing behind: no file, no handle, no memory', async () => {
    const filesBelow = async () => (await readdir(server.config.dataDir, { recursive: true })).length
    const handles = () =>
      process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate').length
    const gc = await collector()
    const breakOff = async () => {
      const socket = await line(server.address)
      socket.write(multipartHead('x', 2_000_000) + bodyOf(good).slice(0, -20))
      socket.write(Buffer.alloc(1_000_000))
      await wait(5)
      socket.destroy()
      await new Promise((resolve) => socket.once('close', resolve))
    }
    await Promise.all(Array.from({ length: 10 }, breakOff))
    await settled(handles)
    gc()
    const before = { files: await filesBelow(), handles: handles(), buffers: process.memoryUsage().arrayBuffers }
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 20 }, breakOff))
    await settled(handles)
    gc()
    expect(await filesBelow()).toBe(before.files)
    // Up to eighteen are the server's connections to its database: they come and go.
    expect(handles()).toBeLessThan(before.handles + 20)
    // 200 MB were sent.
    expect(process.memoryUsage().arrayBuffers - before.buffers).toBeLessThan(30_000_000)
    const photo = { image: file(Buffer.from('no photo'), 'a.jpg') }
    expect((await upload(server.address, query, photo)).errors?.[0]?.extensions.code).toBe('NO_MODEL')
  })

  /** Waits until it stays the same. */
  async function settled(count: () => number): Promise<void> {
    for (let last = -1; last !== count(); await wait(100)) last = count()
  }

  async function collector(): Promise<() => void> {
    const { setFlagsFromString } = await import('node:v8')
    const { runInNewContext } = await import('node:vm')
    setFlagsFromString('--expose-gc')
    return runInNewContext('gc') as () => void
  }
})

describe('a flood of uploads', () => {
  it('is refused from the head on, and taken again when those in hand are through', async () => {
    const waiting = await Promise.all(Array.from({ length: multipartLimits.inHand }, () => line(server.address)))
    for (const socket of waiting) socket.write(multipartHead('x', 1_000))
    let answer = { status: 0, body: '' }
    // Until all of them have been seen; of this one the body is never sent.
    while (answer.status !== 503) {
      const socket = await line(server.address)
      socket.write(multipartHead('x', 1_000_000))
      const refused = answerOn(socket)
      await Promise.race([refused, wait(200)])
      socket.destroy()
      answer = await refused
    }
    expect(JSON.parse(answer.body)).toMatchObject({
      errors: [{ extensions: { code: 'OVERLOADED', retryAfterMs: expect.any(Number) } }],
    })
    const started = performance.now()
    expect(await send(server.address, '{ __typename }')).toMatchObject({ status: 200 })
    expect(performance.now() - started).toBeLessThan(1_000)
    for (const socket of waiting) socket.destroy()
    for (;;) {
      const { errors } = await upload(server.address, query, { image: file(Buffer.from('no photo'), 'a.jpg') })
      if (errors?.[0]?.extensions.code === 'NO_MODEL') break
      expect(errors?.[0]?.extensions.code).toBe('OVERLOADED')
    }
  })
})

describe('a phone', () => {
  let own: WatchedServer
  let [mine, others]: string[] = []
  const header = (secret = '') => `authorization: Bearer ${secret}\r\n`
  const photo = () => ({ image: file(Buffer.from('no photo'), 'a.jpg') })
  const codeOf = async (secret = '') =>
    (await upload(own.address, query, photo(), { headers: bearer(secret) })).errors?.[0]?.extensions.code
  beforeAll(async () => {
    own = await startWatchedServer()
    ;[mine, others] = await Promise.all(
      ['mine', 'others'].map(async (name) => (await createToken(own.db, command, { name, role: 'DEVICE' })).secret),
    )
  })
  afterAll(() => own.close())

  it('that floods has a quarter of the room, and another phone’s photo is taken', async () => {
    const most = multipartLimits.inHand * multipartLimits.shareOfToken
    const sockets = await Promise.all(Array.from({ length: most }, () => line(own.address)))
    for (const socket of sockets) socket.write(multipartHead('x', 1_000, header(mine)))
    await until(async () => (await shown(uploads)) === most)
    expect(await codeOf(mine)).toBe('OVERLOADED')
    expect(await codeOf(others)).toBe('NO_MODEL')
    for (const socket of sockets) socket.destroy()
    await until(async () => (await shown(uploads)) === 0)
    expect(await codeOf(mine)).toBe('NO_MODEL')
  })

  it('that declares much and sends little has a quarter of the bytes, and another phone’s photo is taken', async () => {
    const sockets = await Promise.all(Array.from({ length: 6 }, () => line(own.address)))
    const answers = sockets.map(answerOn)
    for (const socket of sockets) socket.write(multipartHead('x', multipartLimits.bytes, header(mine)))
    // All but one are refused before their bodies.
    let refused = 0
    for (const answer of answers) void answer.then(({ status }) => (refused += Number(status === 503)))
    await until(() => refused === 5)
    expect(await shown(uploadBytes)).toBe(multipartLimits.bytes)
    expect(await codeOf(others)).toBe('NO_MODEL')
    for (const socket of sockets) socket.destroy()
    await Promise.all(answers)
    await until(async () => (await shown(uploadBytes)) === 0)
  })

  it('is taken when four others have all of the room for uploads that never end: one of theirs gives way', async () => {
    const secrets = await Promise.all(
      [1, 2, 3, 4].map(async (n) => (await createToken(own.db, command, { name: `slow ${n}`, role: 'DEVICE' })).secret),
    )
    const each = multipartLimits.inHand * multipartLimits.shareOfToken
    const sockets: Socket[] = []
    for (const secret of secrets)
      for (let i = 0; i < each; i++) {
        const socket = await line(own.address)
        socket.write(multipartHead('x', 1_000, header(secret)))
        sockets.push(socket)
      }
    await until(async () => (await shown(uploads)) === multipartLimits.inHand)
    const answers = sockets.map(answerOn)
    const refused: string[] = []
    for (const answer of answers) void answer.then(({ status, body }) => status === 503 && refused.push(body))
    expect(await codeOf(others)).toBe('NO_MODEL')
    await until(() => refused.length === 1)
    expect(JSON.parse(refused[0] ?? '')).toMatchObject({
      errors: [{ extensions: { code: 'OVERLOADED', retryAfterMs: expect.any(Number) } }],
    })
    expect(await codeOf(secrets[0])).toBe('OVERLOADED')
    for (const socket of sockets) socket.destroy()
    await Promise.all(answers)
    await until(async () => (await shown(uploads)) === 0 && (await shown(uploadBytes)) === 0)
  })

  it('that has uploaded its share of the hour is told when to come again; others are not', async () => {
    const small = await startWatchedServer({ WASTEX_UPLOAD_QUOTA_GB: '0.1' })
    const [first, second] = await Promise.all(
      ['first', 'second'].map(async (name) => (await createToken(small.db, command, { name, role: 'DEVICE' })).secret),
    )
    const size = 8 * 2 ** 20
    const sent = async (secret = '') => {
      const image = file(Buffer.alloc(size), 'a.jpg')
      const { errors } = await upload(small.address, query, { image }, { headers: bearer(secret) })
      return errors?.[0]?.extensions
    }
    for (let i = 1; i * size < 0.1 * 2 ** 30; i++) expect(await sent(first)).toMatchObject({ code: 'NO_MODEL' })
    const refused = await sent(first)
    expect(refused).toMatchObject({ code: 'OVERLOADED' })
    expect(refused?.['retryAfterMs']).toBeGreaterThan(3_500_000)
    expect(await sent(second)).toMatchObject({ code: 'NO_MODEL' })
    await small.close()
  })

  it('is not taken while the disk has less than its reserve, and is told so', async () => {
    const full = await startWatchedServer({ WASTEX_DISK_RESERVE: '1000000' })
    const { status, errors } = await upload(full.address, query, photo())
    expect(status).toBe(507)
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('WASTEX_DISK_RESERVE'),
      extensions: { code: 'STORAGE_FULL', retryAfterMs: expect.any(Number) },
    })
    expect((await send(full.address, '{ __typename }')).status).toBe(200)
    await full.close()
  })

  it('that hangs up while its token is looked up leaves nothing behind', async () => {
    // Remembered tokens are not looked up.
    const { secret } = await createToken(own.db, command, { name: 'new', role: 'DEVICE' })
    const sockets = await Promise.all(Array.from({ length: 6 }, () => line(own.address)))
    const lines = await Promise.all(sockets.map((socket) => own.lineOf(socket)))
    await own.db.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE "AccessToken" IN ACCESS EXCLUSIVE MODE`
      const closed = lines.map(over)
      const head = multipartHead('x', multipartLimits.bytes, header(secret))
      for (const socket of sockets) socket.write(head)
      await until(() => lines.every(({ bytesRead }) => bytesRead === head.length))
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    })
    expect(await codeOf(secret)).toBe('NO_MODEL')
    await until(async () => (await shown(uploads)) === 0 && (await shown(uploadBytes)) === 0)
  })

  it('that takes too long is told so, and leaves nothing behind', async () => {
    // The smaller of the two is taken for that of the head.
    Object.assign(own.inside, { headersTimeout: 500, requestTimeout: 500 })
    const files = async () => (await readdir(own.config.dataDir, { recursive: true })).length
    const before = await files()
    const socket = await line(own.address)
    const answer = answerOn(socket)
    socket.write(multipartHead('x', 100_000, header(others)) + bodyOf(good).slice(0, -20))
    const drip = setInterval(() => socket.writable && socket.write('x'), 50)
    expect(await answer).toMatchObject({ status: 408 })
    clearInterval(drip)
    await until(async () => (await shown(uploads)) === 0 && (await shown(uploadBytes)) === 0)
    expect(await files()).toBe(before)
    Object.assign(own.inside, { headersTimeout: httpLimits.headersMs, requestTimeout: httpLimits.requestMs })
    expect(await codeOf(others)).toBe('NO_MODEL')
  })
})

describe('the room for uploads', () => {
  const response = () => {
    const closers: (() => void)[] = []
    const own = { closed: false, once: (_event: string, close: () => void) => closers.push(close) }
    return { response: own as unknown as ServerResponse, close: () => closers.forEach((close) => close()) }
  }
  const noQueues = { fullForMs: () => undefined, giveWayTo: () => false }
  const full = { extensions: { code: 'OVERLOADED', retryAfterMs: expect.any(Number) } }
  const refusalOf = (work: () => unknown) => {
    try {
      return work()
    } catch (error) {
      return error
    }
  }

  it('counts what was declared once, what comes beyond it as it comes, and gives all of it back', () => {
    const room = new UploadRoom({ requests: 2, bytes: 100, shareOfToken: 1 }, noQueues)
    const [one, two] = [response(), response()]
    const { count } = room.enter(50, one.response, 'a', false)
    count(30)
    count(20)
    expect(room.inHand).toEqual({ requests: 1, bytes: 50 })
    count(10)
    expect(room.inHand.bytes).toBe(60)
    const { count: chunk } = room.enter(0, two.response, 'a', false)
    chunk(40)
    expect(refusalOf(() => chunk(1))).toMatchObject(full)
    expect(refusalOf(() => room.enter(1, response().response, 'a', false))).toMatchObject(full)
    one.close()
    two.close()
    expect(room.inHand).toEqual({ requests: 0, bytes: 0 })
  })

  it('is shared out: a token has its part of it, and all that it gives back', () => {
    const room = new UploadRoom({ requests: 4, bytes: 100, shareOfToken: 0.5 }, noQueues)
    const [one, two, three] = [response(), response(), response()]
    const { count } = room.enter(0, one.response, 'mine', true)
    count(30)
    expect(refusalOf(() => count(21))).toMatchObject(full)
    room.enter(10, two.response, 'mine', true)
    expect(refusalOf(() => room.enter(0, response().response, 'mine', true))).toMatchObject(full)
    room.enter(50, three.response, 'other', true)
    two.close()
    expect(refusalOf(() => room.enter(21, response().response, 'mine', true))).toMatchObject(full)
    const again = response()
    room.enter(10, again.response, 'mine', true)
    for (const { close } of [one, three, again]) close()
    expect(room.inHand).toEqual({ requests: 0, bytes: 0 })
    room.enter(50, response().response, 'mine', true)
  })

  it('holds nothing for a client that has gone already', () => {
    const room = new UploadRoom({ requests: 2, bytes: 100, shareOfToken: 1 }, noQueues)
    const gone = { ...response().response, closed: true } as ServerResponse
    room.enter(50, gone, 'a', false)
    expect(room.inHand).toEqual({ requests: 0, bytes: 0 })
  })

  it('is shut while the queues behind it are full', () => {
    let fullForMs: number | undefined = 1_234
    const room = new UploadRoom(
      { requests: 2, bytes: 100, shareOfToken: 1 },
      { ...noQueues, fullForMs: () => fullForMs },
    )
    expect(refusalOf(() => room.enter(1, response().response, 'a', false))).toMatchObject({
      extensions: { code: 'OVERLOADED', retryAfterMs: 1_234, http: { headers: { 'retry-after': '2' } } },
    })
    fullForMs = undefined
    room.enter(1, response().response, 'a', false)
    expect(room.inHand.requests).toBe(1)
  })
})
