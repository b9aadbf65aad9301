import { connect } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClassifyManyDocument } from '../documents/generated/graphql.js'
import { file, send, upload } from './support/client.js'
import { startTestServer, type TestServer } from './support/server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const query = 'mutation ($image: Upload!) { classify(image: $image) { classLabel } }'
const operations = JSON.stringify({ query, variables: { image: null } })
const map = JSON.stringify({ 0: ['variables.image'] })
const photo = () => file(Buffer.from('no photo'), 'a.jpg')

type Part = [name: string, value: string | File]

async function post(parts: Part[]) {
  const body = new FormData()
  for (const [name, value] of parts) body.append(name, value)
  const response = await fetch(`${server.address}/graphql`, {
    method: 'POST',
    headers: { accept: 'application/json', 'graphql-preflight': '1' },
    body,
  })
  const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] }
  return { status: response.status, code: errors[0]?.extensions.code, message: errors[0]?.message }
}

describe('a multipart request', () => {
  it.each<[string, Part[]]>([
    [
      'no operations',
      [
        ['map', map],
        ['0', photo()],
      ],
    ],
    [
      'no map',
      [
        ['operations', operations],
        ['0', photo()],
      ],
    ],
    [
      'operations that are no JSON',
      [
        ['operations', '{'],
        ['map', map],
        ['0', photo()],
      ],
    ],
    [
      'operations that are a batch',
      [
        ['operations', `[${operations}]`],
        ['map', map],
        ['0', photo()],
      ],
    ],
    [
      'operations that are null',
      [
        ['operations', 'null'],
        ['map', map],
        ['0', photo()],
      ],
    ],
    [
      'operations that are a file',
      [
        ['operations', photo()],
        ['map', map],
        ['0', photo()],
      ],
    ],
    [
      'a map that is no JSON',
      [
        ['operations', operations],
        ['map', 'x'],
        ['0', photo()],
      ],
    ],
    [
      'a map that is null',
      [
        ['operations', operations],
        ['map', 'null'],
        ['0', photo()],
      ],
    ],
    [
      'a map of numbers',
      [
        ['operations', operations],
        ['map', '{"0":1}'],
        ['0', photo()],
      ],
    ],
    [
      'a map to a path that is no text',
      [
        ['operations', operations],
        ['map', '{"0":[["variables"]]}'],
        ['0', photo()],
      ],
    ],
    [
      'a file in two places',
      [
        ['operations', operations],
        ['map', '{"0":["variables.image","variables.image"]}'],
        ['0', photo()],
      ],
    ],
    [
      'a map to nowhere',
      [
        ['operations', operations],
        ['map', '{"0":["variables.other"]}'],
        ['0', photo()],
      ],
    ],
    [
      'a map into the query',
      [
        ['operations', operations],
        ['map', '{"0":["query"]}'],
        ['0', photo()],
      ],
    ],
    [
      'a map to a prototype',
      [
        ['operations', operations],
        ['map', '{"0":["variables.__proto__.image"]}'],
        ['0', photo()],
      ],
    ],
    [
      'a map through a constructor',
      [
        ['operations', operations],
        ['map', '{"0":["variables.constructor.name"]}'],
        ['0', photo()],
      ],
    ],
    [
      'a map to a file that is not there',
      [
        ['operations', operations],
        ['map', map],
      ],
    ],
    [
      'a map to a field that is no file',
      [
        ['operations', operations],
        ['map', map],
        ['0', 'text'],
      ],
    ],
    [
      'a file that the map does not know',
      [
        ['operations', operations],
        ['map', map],
        ['0', photo()],
        ['1', photo()],
      ],
    ],
  ])('with %s is the client’s mistake', async (_what, parts) => {
    expect(await post(parts)).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' })
  })

  it('takes eight files and no more', async () => {
    const many = (count: number) => Array.from({ length: count }, photo)
    const eight = await upload(server.address, ClassifyManyDocument, { images: many(8) })
    expect(eight.data?.classifyMany.map(({ index, error }) => [index, error !== null])).toEqual(
      Array.from({ length: 8 }, (_, i) => [i, true]),
    )
    expect(await upload(server.address, ClassifyManyDocument, { images: many(9) })).toMatchObject({ status: 400 })
  })

  describe('with a file that stands in several places of its operation is refused', () => {
    it.each([
      ['two fields', 'mutation ($f: Upload!) { a: classify(image: $f) { ood } b: classify(image: $f) { ood } }'],
      ['a list', 'mutation ($f: Upload!) { classifyMany(images: [$f, $f, $f]) { index } }'],
      [
        'a fragment',
        'mutation ($f: Upload!) { a: classify(image: $f) { ood } ...B } fragment B on Mutation { b: classify(image: $f) { ood } }',
      ],
    ])('in %s', async (_where, document) => {
      expect(await upload(server.address, document, { f: photo() })).toMatchObject({
        status: 400,
        errors: [
          { message: expect.stringContaining('“$f” stands in two places'), extensions: { code: 'BAD_USER_INPUT' } },
        ],
      })
    })

    it('as a list of files in many fields', async () => {
      const fields = Array.from({ length: 30 }, (_, i) => `f${i}: classifyMany(images: $f) { index }`)
      const document = `mutation ($f: [Upload!]!) { ${fields.join(' ')} }`
      expect(await upload(server.address, document, { f: [photo(), photo()] })).toMatchObject({ status: 400 })
    })

    it('but not two files in two fields, nor a fragment that is spread twice', async () => {
      const two =
        'mutation ($a: Upload!, $b: Upload!) { a: classify(image: $a) { ood } b: classify(image: $b) { ood } }'
      expect((await upload(server.address, two, { a: photo(), b: photo() })).errors?.[0]?.extensions.code).toBe(
        'NO_MODEL',
      )
      const twice = 'mutation ($f: Upload!) { ...A ...A } fragment A on Mutation { classify(image: $f) { ood } }'
      expect(
        (await upload(server.address, twice, { f: photo() })).errors?.map(({ extensions }) => extensions.code),
      ).toEqual(['NO_MODEL'])
    })
  })

  it('of more bytes than are taken is refused before they are read', async () => {
    const socket = connect(Number(new URL(server.address).port), '127.0.0.1')
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ngraphql-preflight: 1\r\ncontent-length: 999999999\r\n' +
        'content-type: multipart/form-data; boundary=x\r\n\r\n',
    )
    const [head] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(head.toString()).toMatch(/^HTTP\/1.1 413/)
  })

  it('that breaks off disturbs nobody', async () => {
    const socket = connect(Number(new URL(server.address).port), '127.0.0.1')
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ngraphql-preflight: 1\r\ncontent-length: 1000\r\n' +
        'content-type: multipart/form-data; boundary=x\r\n\r\n--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{',
    )
    await once(socket, 'ready')
    socket.destroy()
    await once(socket, 'close')
    expect(await send(server.address, '{ __typename }')).toMatchObject({ status: 200 })
  })

  it('that ends too early is malformed', async () => {
    const response = await fetch(`${server.address}/graphql`, {
      method: 'POST',
      headers: { 'graphql-preflight': '1', 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{',
    })
    expect(response.status).toBe(400)
  })

  it('is the only way to send a file', async () => {
    const answer = await send(server.address, query, { image: 'a.jpg' })
    expect(answer.errors?.[0]?.message).toContain('multipart')
  })
})
