/** To see how it runs: an id, a line and a place in the metrics for every request, and nothing in the log that is nobody's business. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signInLimits } from '../src/access/look-up.js'
import { documentLimits } from '../src/api/document-limits.js'
import { maxJsonBytes } from '../src/api/request-rules.js'
import { httpLimits } from '../src/api/server.js'
import { socketLimits } from '../src/api/sockets.js'
import { timeLimits } from '../src/api/time-limits.js'
import { photoLimits } from '../src/photos/limits.js'
import { drawnPhoto } from './support/drawn-photo.js'
import { file, send, upload } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addRun, addVersion } from './support/rows.js'
import { ServerProcess } from './support/server-process.js'
import { settingsOf } from './support/training.js'
import { until } from './support/until.js'

let hall: TestHall
let server: ServerProcess
let address: string

interface Line {
  level: number
  msg: string
  requestId?: string
  kind?: string
  operation?: string
  code?: string
  status?: number
  bytesIn?: number
  ms?: number
  socket?: true
  id?: string
}
/** Lines of a request, as soon as it is over. */
async function linesOf(requestId: string): Promise<Line[]> {
  const lines = () =>
    server.log
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))
      .filter((line) => line.requestId === requestId)
  await until(() => lines().some(({ msg }) => msg === 'request'))
  return lines()
}
const post = (body: object, headers: Record<string, string> = {}) =>
  fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const idOf = ({ headers }: Response) => headers.get('x-request-id') ?? expect.fail()
const metrics = async () => (await fetch(`${address}/metrics`)).text()
const valueOf = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')
      .at(-1) ?? Number.NaN,
  )

beforeAll(async () => {
  hall = await openTestHall()
  server = new ServerProcess({ ...settingsOf(hall), LOG_LEVEL: 'trace' })
  address = await server.address()
})
afterAll(async () => {
  server.signal('SIGTERM')
  await server.ended
  await hall.close()
})

describe('a request', () => {
  it('has an id, in its answer and in its line', async () => {
    const answer = await post({ query: 'query Watched { __typename }' })
    const [line] = await linesOf(idOf(answer))
    expect(line).toMatchObject({ kind: 'query', operation: 'Watched', code: 'OK', status: 200 })
    expect(line?.ms).toBeGreaterThan(0)
    expect(line?.bytesIn).toBeGreaterThan(100)
  })

  it('that is refused, or no GraphQL at all, has its line with its code', async () => {
    const code = async (response: Response) => (await linesOf(idOf(response)))[0]
    expect(await code(await post({ query: '{ trainingRun(name: "none") { name } }' }))).toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
    })
    expect(await code(await post({ query: '{' }))).toMatchObject({ code: 'GRAPHQL_PARSE_FAILED' })
    expect(await code(await post({}))).toMatchObject({ code: 'BAD_USER_INPUT' })
    expect(await code(await fetch(`${address}/nothing`))).toMatchObject({ code: '404', status: 404 })
  })

  it('that fails inside says its id, under which the log says why', async () => {
    await hall.db.$executeRaw`ALTER TABLE "AuditEntry" RENAME TO "hidden"`
    const answer = await send(address, '{ auditEntries { totalCount } }')
    await hall.db.$executeRaw`ALTER TABLE "hidden" RENAME TO "AuditEntry"`
    const { requestId, id, code } = answer.errors?.[0]?.extensions ?? expect.fail()
    expect([code, requestId]).toEqual(['INTERNAL_SERVER_ERROR', id])
    const lines = await linesOf(String(requestId))
    expect(lines.map(({ msg }) => msg)).toEqual(['unexpected error', 'request'])
    expect(lines[0]?.id).toBe(id)
  })

  it('of a socket is each of its operations', async () => {
    const client = createClient({
      url: `${address.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
    })
    const before = await metrics()
    for await (const result of client.iterate({ query: 'query BySocket { __typename }' }))
      expect(result.data).toBeTruthy()
    const subscription = client.iterate({ query: 'subscription { imageQueued { id } }' })
    const next = subscription.next()
    while (valueOf(await metrics(), 'wastex_subscribers') !== valueOf(before, 'wastex_subscribers') + 1);
    expect(valueOf(await metrics(), 'wastex_sockets')).toBe(valueOf(before, 'wastex_sockets') + 1)
    await subscription.return?.()
    await client.dispose()
    await next
    await until(async () => valueOf(await metrics(), 'wastex_subscribers') === valueOf(before, 'wastex_subscribers'))
    const ofSockets = () => server.log.split('\n').filter((line) => line.includes('"socket":true'))
    // The process writes them down a moment after it has let the client go.
    await until(() => ofSockets().length >= 2)
    expect(ofSockets().map((line) => (JSON.parse(line) as Line).kind)).toEqual(['query', 'subscription'])
  })
})

it('the log holds no token, no cookie, no variable and no photo', async () => {
  const secret = 'wx_THIS-IS-A-TOKEN'
  const headers = { authorization: `Bearer ${secret}`, cookie: `session=${secret}`, 'x-request-id': secret }
  const photo = await drawnPhoto(1)
  const document = 'mutation ($image: Upload!) { classify(image: $image) { classLabel } }'
  await upload(address, document, { image: file(photo, 'a-private-name.jpg') }, { headers })
  const query = 'query ($name: String!) { trainingRun(name: $name) { name } }'
  await send(address, query, { name: `variable ${secret}` }, { headers })
  await fetch(
    `${address}/graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(`{"name":"${secret}"}`)}`,
    { headers },
  )
  await fetch(`${address}/files/photos/x?token=${secret}`, { headers })
  const last = await fetch(`${address}/nothing`, { headers })
  expect(last.status).toBe(404)
  await linesOf(idOf(last))
  const { log } = server
  const bytes = [...photo.subarray(100, 112)]
  for (const unwanted of [
    secret,
    'a-private-name',
    photo.subarray(99, 117).toString('base64'),
    photo.subarray(100, 112).toString('hex'),
    photo.subarray(100, 112).toString('latin1'),
    bytes.join(','),
    JSON.stringify(bytes).slice(1, -1),
  ])
    expect(log.includes(unwanted), unwanted).toBe(false)
})

describe('/metrics', () => {
  it('has what it takes to see how it runs', async () => {
    await send(address, '{ trainingRun(name: "none") { name } }')
    const document = 'mutation ($image: Upload!) { classify(image: $image) { classLabel } }'
    await upload(address, document, { image: file(await drawnPhoto(2), 'photo.jpg') })
    const text = await metrics()
    for (const name of [
      'wastex_requests_total{kind="query",code="NOT_FOUND"}',
      'wastex_requests_total{kind="mutation",code="NO_MODEL"}',
      'wastex_request_seconds_bucket{le="0.1",kind="query"}',
      'wastex_classify_phase_seconds',
      'wastex_classified_total',
      'wastex_queue_photos 0',
      ...['answer', 'phone', 'picture', 'house'].map((lane) => `wastex_decoding_photos{lane="${lane}"} 0`),
      'wastex_uploads 0',
      'wastex_upload_bytes 0',
      'wastex_training_running 0',
      'wastex_subscribers',
      'wastex_sockets',
      'nodejs_eventloop_lag_p99_seconds',
      'process_resident_memory_bytes',
    ])
      expect(text).toContain(name)
  })

  it('has how far a training is', async () => {
    const { id: versionId } = await addVersion(hall.db, 'v1')
    const { id: runId } = await addRun(hall.db, 'run-1', versionId, { status: 'RUNNING', stage: 'HEAD' })
    const payload = { stage: 'HEAD', epoch: 3, done: 40, total: 120, etaSeconds: null, loss: null }
    await hall.db.runEvent.create({ data: { runId, seq: 1, type: 'TrainingProgress', payload } })
    const text = await metrics()
    for (const line of [
      'wastex_training_running 1',
      'wastex_training_stage_info{run="run-1",stage="HEAD"} 1',
      'wastex_training_epoch 3',
      'wastex_training_done 40',
      'wastex_training_total 120',
    ])
      expect(text.split('\n')).toContain(line)
    await hall.db.trainingRun.update({ where: { id: runId }, data: { status: 'INTERRUPTED' } })
    expect((await metrics()).split('\n')).toContain('wastex_training_running 0')
  })
})

describe('npm run doctor', () => {
  const script = path.resolve(import.meta.dirname, '../tools/doctor.mjs')
  const doctor = (environment: Record<string, string>) =>
    new Promise<{ code: number; lines: string[] }>((resolve) => {
      const env = { ...process.env, ...environment }
      execFile(process.execPath, [script], { env }, (error, stdout) =>
        resolve({ code: Number(error?.code ?? 0), lines: stdout.trim().split('\n') }),
      )
    })

  it('says what is there and what is in force, hides secrets, and ends well', { timeout: 60_000 }, async () => {
    const settings = {
      WASTEX_CONNECTIONS: '777',
      WASTEX_SOCKETS: '66',
      WASTEX_QUERY_SECONDS: '5',
      WASTEX_TRUST_PROXY: '2',
      WASTEX_IDEMPOTENCY_HOURS: '48',
    }
    const { code, lines } = await doctor({ ...settingsOf(hall), ...settings, PORT: '0' })
    for (const line of lines) expect(line).toMatch(/^(ok {2}|warn)  \S/)
    expect(lines.find((line) => line.includes(' onnxruntime '))).toMatch(/^ok .*multiplies$/)
    expect(lines.find((line) => line.includes(' database '))).toMatch(/^ok .*up to date$/)
    expect(lines.find((line) => line.includes(' settings '))).toContain('DATABASE_URL=(hidden)')
    const limits = lines.filter((line) => line.includes(' limits ')).join('\n')
    for (const said of [
      `photo: bytes ${photoLimits.bytes}`,
      `JSON ${maxJsonBytes} bytes`,
      `depth ${documentLimits.depth}`,
      `time: queryMs 5000, classifyMs ${timeLimits.classifyMs}`,
      `HTTP: connections 777, graceMs ${httpLimits.graceMs}, headersMs ${httpLimits.headersMs}`,
      `socket: sockets 66, perAddress 50, messageBytes ${socketLimits.messageBytes}`,
      `signing in: rememberMs ${signInLimits.rememberMs}`,
      'Idempotency-Keys 48 h',
    ])
      expect(limits).toContain(said)
    expect(lines.find((line) => line.includes(' access '))).toContain(
      'proxies trusted 2, GraphiQL off, introspection off',
    )
    expect(lines.find((line) => line.includes(' import roots '))).toContain(hall.folder)
    expect(code).toBe(0)
  })

  it('says what fails and what mends it, and ends with 1', { timeout: 60_000 }, async () => {
    const broken = { DATABASE_URL: 'postgresql://me:hush@127.0.0.1:1/none', WASTEX_WEIGHTS: '/nowhere/w.h5', PORT: '0' }
    const { code, lines } = await doctor({ ...settingsOf(hall), ...broken })
    expect(code).toBe(1)
    const failed = lines.filter((line) => line.startsWith('fail'))
    expect(failed.map((line) => line.split(/\s+/)[1])).toEqual(['weights', 'database'])
    expect(failed[1]).toContain('unset DATABASE_URL to use the built-in PostgreSQL')
    expect(lines.join('\n')).not.toContain('hush')
    expect((await doctor({ PORT: 'none' })).code).toBe(1)
  })

  it('has its first line out before it looks at anything slow, and ends quietly when nobody reads on', async () => {
    const looking = spawn(process.execPath, [script], { env: { ...process.env, ...settingsOf(hall), PORT: '0' } })
    let complaints = ''
    looking.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    const ended = once(looking, 'exit')
    const [first] = (await once(looking.stdout, 'data')) as [Buffer]
    expect(first.toString()).toMatch(/^(ok {2}|warn) {2}Node {2}/)
    expect(first.toString()).not.toContain('limits')
    looking.stdout.destroy() // as `| head -n 1` does
    expect(await ended).toEqual([0, null])
    expect(complaints).toBe('')
  })
})
