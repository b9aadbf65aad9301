/** Who comes in, over HTTP and sockets, and what a device sees. */
import { request } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { endingTokens } from '../src/access/tokens.js'
import { hashOf, newSecret } from '../src/access/secret.js'
import { encodeId } from '../src/api/ids.js'
import { ask, send } from './support/client.js'
import { addImage, addRun, addVersion } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'
import { bearer, tokenOfEach } from './support/tokens.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const typename = '{ __typename }'
const statusAs = async (headers: Record<string, string>) =>
  (await send(server.address, typename, {}, { headers })).status

/** fetch does not let a test choose the Host. */
async function statusByName(host: string): Promise<number | undefined> {
  const asked = request(`${server.address}/graphql?query={__typename}`, {
    headers: { host, accept: 'application/json' },
  })
  const [response] = (await once(asked.end(), 'response')) as [{ statusCode?: number; resume(): void }]
  response.resume()
  return response.statusCode
}

describe('before there is a token', () => {
  it('lets in whoever is on this machine, by its own names only', async () => {
    expect(await statusAs({})).toBe(200)
    expect(await statusByName('localhost:4000')).toBe(200)
    expect(await statusByName('[::1]:4000')).toBe(200)
    expect(await statusByName('page.elsewhere.example')).toBe(401)
    expect(await statusByName('127.0.0.1.elsewhere.example')).toBe(401)
  })

  it('does not take a token that nobody made, but overlooks a cookie of another server', async () => {
    expect(await statusAs(bearer(newSecret()))).toBe(401)
    expect(await statusAs({ cookie: `wastex_session=${newSecret()}` })).toBe(200)
  })
})

describe('from the first token on', () => {
  let admin: Record<string, string>
  let device: Record<string, string>

  it('nobody comes in without, and the mutation shows the secret once', async () => {
    const made = await ask<{ createToken: { secret: string } }, object>(
      server.address,
      'mutation { createToken(name: "first", role: ADMIN) { secret token { name role createdBy { name } } } }',
    )
    expect(made).toMatchObject({ createToken: { token: { name: 'first', role: 'ADMIN', createdBy: null } } })
    const { secret } = made.createToken
    expect(secret).toMatch(/^wastex_[\w-]{43}$/)
    const row = await server.db.accessToken.findFirstOrThrow()
    expect(row.secretHash).toBe(hashOf(secret))
    expect(JSON.stringify(row)).not.toContain(secret)
    admin = bearer(secret)
    await expect.poll(() => statusAs({})).toBe(401) // the message of the first token is on its way
    expect(await statusAs(admin)).toBe(200)
    expect((await server.db.accessToken.findFirstOrThrow()).lastUsedAt).not.toBeNull()
  })

  it('says how to sign in, to a query, a stream, a file and a mistake alike', async () => {
    const json = { 'content-type': 'application/json' }
    for (const accept of ['application/json', 'application/graphql-response+json', 'text/event-stream']) {
      for (const query of [typename, '{ nothing', 'subscription { trashCounted { count } }']) {
        const init = { method: 'POST', headers: { ...json, accept }, body: JSON.stringify({ query }) }
        const response = await fetch(`${server.address}/graphql`, init)
        const text = await response.text()
        expect([accept, response.status, response.headers.get('www-authenticate')]).toEqual([
          accept,
          401,
          'Bearer realm="WasteX"',
        ])
        expect(text).toContain('UNAUTHENTICATED')
        expect(text).not.toContain('Syntax')
      }
    }
    const photo = await fetch(`${server.address}/files/photos/${'0'.repeat(64)}`)
    expect([photo.status, photo.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="WasteX"'])
    for (const open of ['/health', '/ready', '/']) expect((await fetch(server.address + open)).status).toBe(200)
  })

  it('a name is taken once, and free again when its token is revoked', async () => {
    const create = 'mutation { createToken(name: "phone", role: DEVICE) { secret } }'
    const revoke = 'mutation { revokeToken(name: "phone") { name revokedAt createdBy { name } } }'
    const first = await ask<{ createToken: { secret: string } }, object>(server.address, create, {}, { headers: admin })
    expect(await send(server.address, create, {}, { headers: admin })).toMatchObject({ status: 409 })
    expect(
      await send(
        server.address,
        'mutation { createToken(name: " -", role: DEVICE) { secret } }',
        {},
        { headers: admin },
      ),
    ).toMatchObject({
      status: 400,
      errors: [{ extensions: { field: 'name' } }],
    })
    expect(await statusAs(bearer(first.createToken.secret))).toBe(200)
    expect(await send(server.address, revoke, {}, { headers: admin })).toMatchObject({
      data: { revokeToken: { name: 'phone', revokedAt: expect.any(String), createdBy: { name: 'first' } } },
    })
    await expect.poll(() => statusAs(bearer(first.createToken.secret))).toBe(401)
    expect(await send(server.address, revoke, {}, { headers: admin })).toMatchObject({ status: 404 })
    const again = await ask<{ createToken: { secret: string } }, object>(server.address, create, {}, { headers: admin })
    device = bearer(again.createToken.secret)
    const listed = await ask(
      server.address,
      '{ tokens { totalCount edges { node { name revokedAt } } } }',
      {},
      { headers: admin },
    )
    expect(listed).toMatchObject({
      tokens: { totalCount: 3, edges: [{ node: { name: 'phone', revokedAt: null } }, {}, {}] },
    })
  })

  it('a token is made for so many days, and comes in no more when they are over; its name is free then', async () => {
    const make = (days: string) =>
      send<{ createToken: { secret: string; token: { expiresAt: string } } }, object>(
        server.address,
        `mutation { createToken(name: "guest", role: DEVICE, days: ${days}) { secret token { expiresAt } } }`,
        {},
        { headers: admin },
      )
    for (const days of ['0', '-1', '3651'])
      expect(await make(days)).toMatchObject({ status: 400, errors: [{ extensions: { field: 'days' } }] })
    const { data } = await make('30')
    const { secret, token } = data?.createToken ?? expect.fail()
    expect(Math.round((Date.parse(token.expiresAt) - Date.now()) / 86_400_000)).toBe(30)
    expect(await statusAs(bearer(secret))).toBe(200)
    expect(await ask(server.address, '{ me { expiresAt } }', {}, { headers: bearer(secret) })).toEqual({
      me: { expiresAt: token.expiresAt },
    })
    expect((await make('7')).status).toBe(409)
    const others = { NOT: { name: 'guest' } }
    expect(await endingTokens(server.db)).toEqual([])
    await server.db.accessToken.updateMany({
      where: { name: 'guest' },
      data: { expiresAt: new Date(Date.now() + 3_600_000) },
    })
    expect(await endingTokens(server.db)).toMatchObject([{ name: 'guest' }])
    await server.db.accessToken.updateMany({ where: { name: 'guest' }, data: { expiresAt: new Date(Date.now() - 1) } })
    expect(await server.db.accessToken.count({ where: { ...others, expiresAt: { not: null } } })).toBe(0)
    await expect.poll(() => statusAs(bearer(secret)), { timeout: 20_000 }).toBe(401)
    expect((await make('1')).status).toBe(200)
  })

  it('a name that is too long, or cannot be seen, is refused', async () => {
    const make = (name: string) =>
      send(server.address, `mutation { createToken(name: "${name}", role: DEVICE) { secret } }`, {}, { headers: admin })
    expect(await make('x'.repeat(65))).toMatchObject({ status: 400, errors: [{ extensions: { field: 'name' } }] })
    expect((await make('x'.repeat(64))).status).toBe(200)
    // Letters to Unicode, and blank to people.
    for (const name of ['\u3164', 'wall\u115f'])
      expect(await make(name)).toMatchObject({ status: 400, errors: [{ extensions: { field: 'name' } }] })
  })

  it('no row of a token goes, and none is given back', async () => {
    await expect(server.db.accessToken.deleteMany()).rejects.toThrow(/never deleted/)
    const back = server.db.accessToken.updateMany({ where: { revokedAt: { not: null } }, data: { revokedAt: null } })
    await expect(back).rejects.toThrow(/never deleted or given back/)
  })

  it('a device sees what it sent, and gets from there to nothing else', async () => {
    const { id: sentById } = await server.db.accessToken.findFirstOrThrow({ where: { name: 'phone', revokedAt: null } })
    const version = await addVersion(server.db, 'v1')
    const run = await addRun(server.db, 'run-1', version.id)
    const [mine, other] = [await addImage(server.db, { sentById }), await addImage(server.db)]
    const as = (query: string) => send(server.address, query, {}, { headers: device })
    const [mineId, otherId] = [encodeId('Image', mine.id), encodeId('Image', other.id)]
    const all = 'id filename url thumbnailUrl topPrediction allPredictions { classLabel } reviewed assignedLabel staged'
    expect(await as(`{ image(id: "${mineId}") { ${all} } node(id: "${mineId}") { id __typename } }`)).toMatchObject({
      status: 200,
      errors: undefined,
      data: { node: { id: mineId, __typename: 'Image' } },
    })
    expect(await as(`{ image(id: "${otherId}") { id } }`)).toMatchObject({ status: 404 })
    expect(await as(`{ node(id: "${otherId}") { id } }`)).toMatchObject({ status: 200, data: { node: null } })
    for (const [type, id] of [
      ['TrainingRun', run.id],
      ['DatasetVersion', version.id],
      ['VersionEntry', 1],
      ['DatasetClass', 1],
    ] as const) {
      const answer = await as(`{ node(id: "${encodeId(type, id)}") { __typename } }`)
      expect([type, answer.status, answer.data]).toEqual([type, 403, { node: null }])
    }
    const walk = await as(`{ image(id: "${mineId}") { datasetVersion { name } } }`)
    expect(walk.errors?.[0]).toMatchObject({
      path: ['image', 'datasetVersion'],
      extensions: { code: 'FORBIDDEN', needs: 'OPERATOR' },
    })
    const photoOf = (id: number) => server.db.photo.findUniqueOrThrow({ where: { id } })
    const got = async (kind: string, photoId: number) =>
      (await fetch(`${server.address}/files/${kind}/${(await photoOf(photoId)).contentHash}`, { headers: device }))
        .status
    // No file lies there: to whom it is visible that is 404 as well, so an operator's answer is compared in the contract's test.
    expect(await got('photos', other.photoId)).toBe(404)
    expect(await got('thumbnails', other.photoId)).toBe(404)
    expect((await fetch(`${server.address}/files/runs/run-1/metrics.json`, { headers: device })).status).toBe(404)
  })
})

describe('whoever guesses', () => {
  it('gets nowhere, and shuts out nobody else, though all of them come through one proxy', async () => {
    const own = await startTestServer()
    const { OPERATOR } = await tokenOfEach(own.db)
    const askWith = (headers: Record<string, string>) => send(own.address, typename, {}, { headers })
    const guessed = await Promise.all(Array.from({ length: 200 }, () => askWith(bearer(newSecret()))))
    expect(new Set(guessed.map(({ status }) => status))).toEqual(new Set([401]))
    // It has not been asked for before: as after a restart.
    expect((await askWith(OPERATOR)).status).toBe(200)
    await own.close()
  })

  it('is told with a code when the database cannot say', async () => {
    const own = await startTestServer()
    await own.db.$executeRaw`ALTER TABLE "AccessToken" RENAME TO "hidden"`
    const answer = await send(own.address, typename, {}, { headers: bearer(newSecret()) })
    expect([answer.status, answer.errors?.[0]?.extensions]).toMatchObject([
      503,
      { code: 'OVERLOADED', retryAfterMs: expect.any(Number) },
    ])
    const photo = await fetch(`${own.address}/files/photos/${'0'.repeat(64)}`, { headers: bearer(newSecret()) })
    expect(photo.status).toBe(503)
    // A socket is closed so that it comes again: 4401 would be for good.
    const socket = new WebSocket(`${own.address.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: bearer(newSecret()) }))
    expect((await once(socket, 'close'))[0]).toBe(1013)
    await own.close()
  })
})
