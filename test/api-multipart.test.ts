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

  describe('is answered with the limit or rule that it broke', () => {
    const form = (boundary: string, parts: readonly [head: string, body: string | Buffer][]) =>
      Buffer.concat([
        ...parts.flatMap(([head, body]) => [
          Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; ${head}\r\n\r\n`),
          Buffer.from(body),
          Buffer.from('\r\n'),
        ]),
        Buffer.from(`--${boundary}--\r\n`),
      ])
    const sent = async (body: Buffer, contentType = 'multipart/form-data; boundary=x') => {
      const response = await fetch(`${server.address}/graphql`, {
        method: 'POST',
        headers: { accept: 'application/json', 'graphql-preflight': '1', 'content-type': contentType },
        body: new Uint8Array(body),
      })
      const { errors } = (await response.json()) as { errors: { message: string }[] }
      return `${response.status} ${errors[0]?.message}`
    }
    const asked: [string, string] = ['name="operations"', operations]
    const mapped: [string, string] = ['name="map"', map]
    const image = 'name="0"; filename="a.jpg"'
    const many = (count: number, head: (i: number) => string) =>
      Array.from({ length: count }, (_, i): [string, string] => [head(i), 'x'])
    const mib = (count: number) => Buffer.alloc(count * 1024 * 1024, 0x20)

    it.each<[string, RegExp, [string, string | Buffer][]]>([
      [
        'a file without a name',
        /^400 .*file part 0 has no filename\. Send it as/,
        [asked, mapped, ['name="0"', mib(3)]],
      ],
      [
        'eight files without names',
        /^400 .*file part 0 has no filename/,
        [asked, mapped, ...many(8, (i) => `name="${i}"`)],
      ],
      ['more of them', /^400 .*the only parts without a filename/, [asked, mapped, ...many(9, (i) => `name="${i}"`)]],
      [
        'one too large',
        /^413 .*a part without a filename has more than 10 MiB/,
        [asked, mapped, ['name="0"', mib(11)]],
      ],
      [
        'a part that nothing names',
        /^400 .*“note” is a part without a filename/,
        [asked, mapped, [image, 'x'], ['name="note"', 'x']],
      ],
      ['nine files', /^400 .*at most 8 files/, [asked, mapped, ...many(9, (i) => `name="${i}"; filename="a.jpg"`)]],
      [
        'long operations',
        /^413 .*“operations” has more than 1 MiB/,
        [['name="operations"', mib(2)], mapped, [image, 'x']],
      ],
      ['a long map', /^413 .*“map” has more than 1 MiB/, [asked, ['name="map"', mib(2)], [image, 'x']]],
      [
        'a map of many entries',
        /^400 .*“map” may have 16 entries; this one has 17/,
        [
          asked,
          ['name="map"', JSON.stringify(Object.fromEntries(many(17, String).map(([i]) => [i, ['variables.image']])))],
          [image, 'x'],
        ],
      ],
      ['a map to a part that is not there', /^400 .*“map” names “0”, and no part has that name/, [asked, mapped]],
      [
        'operations with a filename',
        /^400 .*“operations” is a file/,
        [['name="operations"; filename="a"', operations], mapped],
      ],
      [
        'deep operations',
        /^400 .*nested more than 64 deep/,
        [['name="operations"', '['.repeat(99) + ']'.repeat(99)], mapped],
      ],
    ])('%s', async (_what, message, parts) => {
      expect(await sent(form('x', parts))).toMatch(message)
    })

    it('a head without a boundary, and a body without an end', async () => {
      expect(await sent(form('x', [asked]), 'multipart/form-data')).toMatch(/^400 .*no boundary/)
      expect(await sent(form('x', [asked]).subarray(0, -8))).toMatch(/^400 .*malformed or was cut off/)
    })

    it('but not when its file has an empty name, or is binary and has none', async () => {
      expect(await sent(form('x', [asked, mapped, ['name="0"; filename=""', 'x']]))).toMatch(/^503 No model/)
      const binary = 'name="0"\r\ncontent-type: application/octet-stream'
      expect(await sent(form('x', [asked, mapped, [binary, 'x']]))).toMatch(/^503 No model/)
    })
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
