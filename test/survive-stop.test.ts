/**
 * SIGTERM with everything in hand at once: a training, an import, a photo to be classified, subscribers, a client that reads nothing, an
 * upload that never ends.
 */
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { drawSamples } from '../demo/draw.js'
import type { TrainingRun } from '../src/db.js'
import { photoFile } from '../src/photos/store.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { ask, send } from './support/client.js'
import type { TestHall } from './support/hall.js'
import { openTrainedHall } from './support/trained-hall.js'
import { ServerProcess } from './support/server-process.js'
import { startTraining } from './support/trained.js'
import { headAlone, hasTold, runOf, runWhen, settingsOf } from './support/training.js'

const minutes = 60_000
let hall: TestHall
let served: TrainingRun
const processes: ServerProcess[] = []
let arriving: string

beforeAll(async () => {
  ;({ hall, run: served } = await openTrainedHall())
  arriving = path.join(hall.folder, 'arriving')
  await drawSamples(arriving, { perClass: 60, classes: ['bottle', 'can'], seed: 9 })
}, minutes)
afterAll(async () => {
  for (const own of processes) await own.kill()
  await hall.close()
})

async function start(): Promise<{ server: ServerProcess; address: string }> {
  const server = new ServerProcess(settingsOf(hall))
  processes.push(server)
  return { server, address: await server.address() }
}

async function subscribed(address: string): Promise<WebSocket> {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init' }))
  await once(socket, 'message')
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: 'subscription { imageQueued { id } }' } }))
  return socket
}

/** A photo of which all but the last bytes are sent. @returns sends them, and the answer */
async function almostSent(address: string, photo: Buffer): Promise<() => Promise<string>> {
  const form = new FormData()
  form.set(
    'operations',
    JSON.stringify({ query: 'mutation ($i: Upload!) { classify(image: $i) { classLabel } }', variables: { i: null } }),
  )
  form.set('map', '{"0":["variables.i"]}')
  form.set('0', new File([new Uint8Array(photo)], 'photo.jpg'))
  const encoded = new Response(form)
  const body = Buffer.from(await encoded.arrayBuffer())
  const request = http.request(`${address}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': encoded.headers.get('content-type') ?? '',
      'content-length': body.length,
      'graphql-preflight': '1',
      accept: 'application/json',
    },
  })
  const answer = once(request, 'response').then(async ([response]) => {
    const parts: Buffer[] = []
    for await (const part of response as http.IncomingMessage) parts.push(part as Buffer)
    return Buffer.concat(parts).toString()
  })
  request.write(body.subarray(0, -10))
  // Once another request on the same server has been answered, this one's head has been read.
  await fetch(`${address}/health`)
  return async () => {
    request.end(body.subarray(-10))
    return answer
  }
}

/** Says that it will send a photo, and then takes its time. */
function slowUpload(address: string): http.ClientRequest {
  const request = http.request(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b', 'graphql-preflight': '1', 'content-length': 100_000 },
  })
  request.on('error', () => undefined) // the server hangs up: that is what is tested
  request.write('--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{')
  return request
}

it('parks what can go on, says goodbye, and has ended within ten seconds', { timeout: 2 * minutes }, async () => {
  const { server, address } = await start()
  const { name } = await startTraining(address, {
    datasetVersion: 'v1',
    ...headAlone,
    stage1: { epochs: 200 },
    seed: 2,
  })
  const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: { name } })
  await runWhen(hall, id, (run) => hasTold(run, 'TrainingEpochCompleted', { stage: 'HEAD', epoch: 1 }))

  const goodbyes = (await Promise.all([subscribed(address), subscribed(address)])).map((one) => once(one, 'close'))
  const stalled = await subscribed(address)
  stalled.pause()
  const stream = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { imageQueued { id } }' }),
  })
  const dumb = net.connect(Number(new URL(address).port), '127.0.0.1')
  dumb.on('error', () => undefined)
  await once(dumb, 'connect')
  slowUpload(address)
  const importing = send(
    address,
    'mutation ($input: ImportDatasetInput!) { importDataset(input: $input) { totalImages } }',
    { input: { name: 'v2', path: arriving } },
  ).catch((error: unknown) => error)
  const [photo] = await trainingRows(hall.db, served.versionId)
  const classify = await almostSent(address, await readFile(photoFile(hall.config, photo ?? expect.fail())))

  const asked = performance.now()
  server.signal('SIGTERM')
  await server.said(/stopping/)
  // It was in hand: it is answered.
  expect(await classify()).toMatch(/^{"data":{"classify":{"classLabel":"/)
  expect((await Promise.all(goodbyes)).map(([code]) => code as number)).toEqual([1001, 1001])
  expect(await stream.text()).toContain(':')
  const { code, signal, stderr } = await server.ended
  expect([code, signal, stderr.replaceAll(/^.*(oneDNN|absl|cpu_feature|rebuild TensorFlow).*\n/gm, '')]).toEqual([
    0,
    null,
    '',
  ])
  expect(performance.now() - asked).toBeLessThan(10_000)
  stalled.terminate()
  await importing
  expect((await runOf(hall.db, id)).status).toBe('INTERRUPTED')

  // The import is there or not at all; asked for again it is there.
  const again = await start()
  const { data, errors } = await send<{ importDataset: { totalImages: number } }, object>(
    again.address,
    'mutation ($input: ImportDatasetInput!) { importDataset(input: $input) { totalImages } }',
    { input: { name: 'v2', path: arriving } },
  )
  const there = await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'v2' } })
  expect(there.totalImages).toBe(120)
  expect(data?.importDataset.totalImages ?? errors?.[0]?.extensions.code).toBeOneOf([120, 'CONFLICT'])
})

it('a second signal ends it at once, however busy it is', { timeout: minutes }, async () => {
  const { server, address } = await start()
  const { name } = await hall.db.trainingRun.findFirstOrThrow({ where: { status: 'INTERRUPTED' } })
  await ask(address, 'mutation ($name: String!) { resumeTraining(name: $name) { name } }', { name })
  const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: { name } })
  await runWhen(hall, id, ({ status, stage }) => status === 'RUNNING' && stage === 'HEAD')
  const importing = send(
    address,
    'mutation ($input: ImportDatasetInput!) { importDataset(input: $input) { totalImages } }',
    { input: { name: 'v3', path: arriving } },
  ).catch((error: unknown) => error)
  const request = slowUpload(address)
  await once(request, 'socket')
  await fetch(`${address}/health`)
  server.signal('SIGTERM')
  await server.said(/stopping/)
  const asked = performance.now()
  server.signal('SIGTERM')
  const { code, signal } = await server.ended
  expect([code, signal]).toEqual([null, 'SIGTERM'])
  expect(performance.now() - asked).toBeLessThan(1_000)
  await importing
  // As after a crash: the next one says so, and serves.
  expect((await runOf(hall.db, id)).status).toBeOneOf(['RUNNING', 'INTERRUPTED'])
  await start()
  expect((await runOf(hall.db, id)).status).toBe('INTERRUPTED')
})

it('without a database it closes all the rest, says so, and exits 0', { timeout: minutes }, async () => {
  const database = new URL(hall.databaseUrl)
  const socket = '.s.PGSQL.5432'
  const [direct, folder] = [path.join(database.searchParams.get('host') ?? '', socket), path.join(hall.folder, 'line')]
  await mkdir(folder)
  const open = new Set<net.Socket>()
  // In between, so that it can be cut: whoever comes then is refused.
  const line = net.createServer((client) => {
    const server = net.connect(direct)
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      open.add(from)
      from.on('error', () => undefined)
      from.once('close', () => to.destroy())
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => line.listen(path.join(folder, socket), resolve))
  database.searchParams.set('host', folder)
  const server = new ServerProcess({ ...settingsOf(hall), DATABASE_URL: database.href })
  processes.push(server)
  const { startTraining } = await ask<{ startTraining: { name: string } }, object>(
    await server.address(),
    'mutation ($input: StartTrainingInput!) { startTraining(input: $input) { name } }',
    { input: { datasetVersion: 'v1', ...headAlone, stage1: { epochs: 200 } } },
  )
  const { id } = await hall.db.trainingRun.findUniqueOrThrow({ where: startTraining })
  await runWhen(hall, id, (run) => hasTold(run, 'TrainingEpochCompleted', { stage: 'HEAD', epoch: 1 }))

  line.close()
  for (const end of open) end.destroy()
  const asked = performance.now()
  server.signal('SIGTERM')
  const { code, signal, stdout, stderr } = await server.ended
  expect([code, signal, stderr]).toEqual([0, null, expect.stringContaining('While stopping: ')])
  expect(stdout).not.toContain('did not end in time')
  expect(performance.now() - asked).toBeLessThan(9_000)
  // The next start finds the run without a process.
  expect((await runOf(hall.db, id)).status).toBe('RUNNING')
  await start()
  expect((await runOf(hall.db, id)).status).toBe('INTERRUPTED')
})
