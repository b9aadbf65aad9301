/** A phone sends again what may have arrived already: it gets the first answer, and nothing is counted twice. */
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweepReceipts } from '../src/access/hourly.js'
import type { TrainingRun } from '../src/db.js'
import { ask, file, send, upload } from './support/client.js'
import { withComment } from './support/drawn-photo.js'
import { openTrainedHall } from './support/trained-hall.js'
import type { TestHall } from './support/hall.js'
import { addImage } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { startServerOf } from './support/training.js'

const minutes = 60_000
let hall: TestHall
let server: TestServer
let other: TestServer
let run: TrainingRun
let photos: Buffer[]

interface Classified {
  classLabel: string
  confidence: number
  ood: boolean
  servedBy: { name: string }
}
const fields = 'classLabel confidence ood servedBy { name }'
const classifyDocument = `mutation ($image: Upload!) { classify(image: $image) { ${fields} } }`
const manyDocument = `mutation ($images: [Upload!]!) { classifyMany(images: $images) { index classification { ${fields} } error { code } } }`

const photo = (at = 0) => photos[at] ?? expect.fail()
const classify = (address: string, bytes: Buffer, key?: string) =>
  upload<{ classify: Classified }, object>(
    address,
    classifyDocument,
    { image: file(bytes, 'photo.jpg') },
    key === undefined ? {} : { headers: { 'idempotency-key': key } },
  )
const counted = async () => {
  const { _sum } = await hall.db.trashCounter.aggregate({ _sum: { totalCount: true, oodCount: true } })
  return (_sum.totalCount ?? 0) + (_sum.oodCount ?? 0)
}
const keys = (key: string) => hall.db.idempotencyKey.findMany({ where: { key } })
const codeOf = ({ errors }: { errors: { extensions: { code: string } }[] | undefined }) => errors?.[0]?.extensions.code

beforeAll(async () => {
  const trained = await openTrainedHall()
  ;({ hall, run } = trained)
  const { known } = trained.photos
  photos = [known, withComment(known, 'another')]
  server = await startServerOf(hall)
  other = await startServerOf(hall)
}, 4 * minutes)

afterAll(async () => {
  await other.close()
  await server.close()
  await hall.close()
})

describe('a photo that is sent again', () => {
  it('is counted each time without a key, and once with one', async () => {
    const before = await counted()
    await classify(server.address, photo())
    await classify(server.address, photo())
    expect(await counted()).toBe(before + 2)
    const first = await classify(server.address, photo(), 'a')
    const again = await classify(server.address, photo(), '"a"')
    expect(first.errors).toBeUndefined()
    expect(again).toEqual(first)
    expect(await counted()).toBe(before + 3)
  })

  it('gets the first answer from the other server, too', async () => {
    const first = await classify(server.address, photo(), 'b')
    const before = await counted()
    expect(await classify(other.address, photo(), 'b')).toEqual(first)
    expect(await counted()).toBe(before)
  })

  it('while the first is under way, at two servers at once, is counted once', async () => {
    for (const key of ['c1', 'c2', 'c3']) {
      const before = await counted()
      const answers = await Promise.all(
        [server, other, server, other, other, server].map(({ address }) => classify(address, photo(1), key)),
      )
      for (const answer of answers) expect(answer).toEqual(answers[0])
      expect(answers[0]?.errors).toBeUndefined()
      expect(await counted()).toBe(before + 1)
    }
  })

  it('among others: each of them is counted once, and a bad one spoils its own place', async () => {
    const images = [file(photo(0), 'a.jpg'), file(Buffer.from('GIF89a'), 'b.gif'), file(photo(1), 'c.jpg')]
    const sendMany = ({ address }: TestServer) =>
      upload<{ classifyMany: object[] }, object>(
        address,
        manyDocument,
        { images },
        { headers: { 'idempotency-key': 'many' } },
      )
    const before = await counted()
    const [first, second] = await Promise.all([sendMany(server), sendMany(other)])
    expect(first.data?.classifyMany).toMatchObject([
      { index: 0, error: null },
      { index: 1, error: { code: 'UNSUPPORTED_IMAGE' } },
      { index: 2, error: null },
    ])
    expect(second).toEqual(first)
    expect(await sendMany(server)).toEqual(first)
    expect(await counted()).toBe(before + 2)
  })

  it('with a key by argument or by extension, where there is no header', async () => {
    const before = await counted()
    const byArgument = () =>
      upload<{ classify: Classified }, object>(
        server.address,
        `mutation ($image: Upload!) { classify(image: $image, idempotencyKey: "d") { ${fields} } }`,
        { image: file(photo(), 'x.jpg') },
      )
    expect(await byArgument()).toEqual(await byArgument())
    expect(await counted()).toBe(before + 1)
    expect(await keys('d')).toHaveLength(1)
  })

  it('under the key of another request is refused: another photo, another operation, another key beside', async () => {
    await classify(server.address, photo(0), 'e')
    const before = await counted()
    expect(codeOf(await classify(server.address, photo(1), 'e'))).toBe('CONFLICT')
    expect(codeOf(await classify(other.address, photo(1), 'e'))).toBe('CONFLICT')
    const promote = `mutation { promote(name: "${run.name}") { name } }`
    expect(codeOf(await send(server.address, promote, {}, { headers: { 'idempotency-key': 'e' } }))).toBe('CONFLICT')
    expect(await counted()).toBe(before)
  })

  it('under a key that is too long is refused, and under the longest is not', async () => {
    expect(codeOf(await classify(server.address, photo(), 'x'.repeat(256)))).toBe('BAD_USER_INPUT')
    expect((await classify(server.address, photo(), 'x'.repeat(255))).errors).toBeUndefined()
  })

  it('and failed the first time, may be tried again under its key', async () => {
    expect(codeOf(await classify(server.address, Buffer.from('no photo'), 'f'))).toBe('UNSUPPORTED_IMAGE')
    expect(await keys('f')).toEqual([])
    expect((await classify(server.address, photo(), 'f')).errors).toBeUndefined()
  })
})

describe('another mutation that is sent again', () => {
  it('is done once: a label, taken back since, is not given again', async () => {
    const { id } = await addImage(hall.db)
    const headers = { 'idempotency-key': 'label' }
    const variables = { id: btoa(`Image:${id}`) }
    const label = 'mutation ($id: ID!) { label(id: $id, classLabel: "glass") { assignedLabel } }'
    expect((await send(server.address, label, variables, { headers })).errors).toBeUndefined()
    await send(server.address, 'mutation ($id: ID!) { unlabel(id: $id) { staged } }', variables)
    expect((await send(other.address, label, variables, { headers })).errors).toBeUndefined()
    expect((await hall.db.image.findUniqueOrThrow({ where: { id } })).assignedLabel).toBeNull()
    expect(await hall.db.auditEntry.count({ where: { subjectId: id } })).toBe(2)
  })

  it('makes one version, though the name is taken by then, also at two servers at once', async () => {
    const { id } = await addImage(hall.db)
    const label = 'mutation ($id: ID!) { label(id: $id, classLabel: "bottle") { assignedLabel } }'
    await ask(server.address, label, { id: btoa(`Image:${id}`) })
    const create = 'mutation { createVersion(input: { name: "once", activate: false }) { name totalImages } }'
    const headers = { 'idempotency-key': 'version' }
    const answers = await Promise.all(
      [server, other, server].map(({ address }) => send(address, create, {}, { headers })),
    )
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 200, data: { createVersion: { name: 'once' } } })
    expect(codeOf(await send(server.address, create))).toBe('CONFLICT')
  })

  it('over WebSocket, by extension', async () => {
    const { id } = await addImage(hall.db)
    const client = createClient({ url: `${server.address.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket })
    const query = 'mutation ($id: ID!) { reject(id: $id) { rejected } }'
    const reject = async () => {
      const payload = { query, variables: { id: btoa(`Image:${id}`) }, extensions: { idempotencyKey: 'socket' } }
      for await (const result of client.iterate(payload)) return result
      return undefined
    }
    expect(await reject()).toEqual({ data: { reject: { rejected: true } } })
    await send(server.address, 'mutation ($id: ID!) { unlabel(id: $id) { staged } }', { id: btoa(`Image:${id}`) })
    expect(await reject()).toEqual({ data: { reject: { rejected: false } } })
    await client.dispose()
  })
})

it('keys are kept for a day, then swept', async () => {
  const receipt = { actor: 'anybody', request: 'x'.repeat(64), answers: {} }
  const hours = (n: number) => new Date(Date.now() - n * 3_600_000)
  await hall.db.idempotencyKey.create({ data: { ...receipt, key: 'old', createdAt: hours(24.1) } })
  await hall.db.idempotencyKey.create({ data: { ...receipt, key: 'young', createdAt: hours(23.9) } })
  expect(await sweepReceipts(hall)).toBe(1)
  expect(await keys('old')).toEqual([])
  expect(await keys('young')).toHaveLength(1)
})
