/** Who made and revoked tokens is told in the audit trail; a request for it that comes again does nothing twice. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../src/access/doer.js'
import { createToken } from '../src/access/tokens.js'
import { ask, send } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import type { TestServer } from './support/server.js'
import { bearer } from './support/tokens.js'
import { settingsOf, startServerOf } from './support/training.js'

let hall: TestHall
let server: TestServer
let admin: Record<string, string>
const secrets: string[] = []
beforeAll(async () => {
  hall = await openTestHall()
  server = await startServerOf(hall)
  const { secret } = await createToken(hall.db, command, { name: 'root', role: 'ADMIN' })
  secrets.push(secret)
  admin = bearer(secret)
})
afterAll(async () => {
  await server.close()
  await hall.close()
})

const trailOf = (subjectName: string) =>
  hall.db.auditEntry.findMany({ where: { subjectType: 'AccessToken', subjectName }, orderBy: { id: 'asc' } })
const withKey = (key: string) => ({ headers: { ...admin, 'idempotency-key': key } })
const create = (name: string) => `mutation { createToken(name: "${name}", role: DEVICE) { secret } }`
const revoke = (name: string) => `mutation { revokeToken(name: "${name}") { name revokedAt } }`
interface Created {
  createToken: { secret: string }
}

describe('a token', () => {
  it('is made and revoked with an entry in the trail, by mutation', async () => {
    const { createToken: made } = await ask<Created, object>(server.address, create('phone'), {}, { headers: admin })
    secrets.push(made.secret)
    await ask(server.address, revoke('phone'), {}, { headers: admin })
    const { id } = await hall.db.accessToken.findFirstOrThrow({ where: { name: 'phone' } })
    const by = { actorName: 'root', subjectId: id, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) }
    expect(await trailOf('phone')).toMatchObject([
      { ...by, action: 'CREATE_TOKEN', before: {}, after: { role: 'DEVICE' } },
      { ...by, action: 'REVOKE_TOKEN', before: { role: 'DEVICE' }, after: {} },
    ])
    const query = '{ auditEntries(filter: { subject: "phone" }) { edges { node { action subjectType } } } }'
    expect(await ask(server.address, query, {}, { headers: admin })).toEqual({
      auditEntries: {
        edges: ['REVOKE_TOKEN', 'CREATE_TOKEN'].map((action) => ({ node: { action, subjectType: 'AccessToken' } })),
      },
    })
  })

  it('and by the command', { timeout: 60_000 }, async () => {
    const token = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['tools/token.mjs', ...args], {
        cwd: path.resolve(import.meta.dirname, '..'),
        env: { ...process.env, ...settingsOf(hall) },
      })
    secrets.push((await token('create', 'wall', '--role', 'operator')).stdout.trim())
    await token('revoke', 'wall')
    const by = { actor: 'command', actorName: 'command', requestId: null }
    expect(await trailOf('wall')).toMatchObject([
      { ...by, action: 'CREATE_TOKEN' },
      { ...by, action: 'REVOKE_TOKEN' },
    ])
  })

  it('that could not be made or revoked has none', async () => {
    const before = await hall.db.auditEntry.count()
    expect((await send(server.address, create('root'), {}, { headers: admin })).status).toBe(409)
    expect((await send(server.address, revoke('nobody'), {}, { headers: admin })).status).toBe(404)
    expect(await hall.db.auditEntry.count()).toBe(before)
  })
})

describe('a request that comes again under its key', () => {
  it('revokes once: a token that has the name since stays', async () => {
    const once = () => send(server.address, revoke('twice'), {}, withKey('revoke'))
    await createToken(hall.db, command, { name: 'twice', role: 'DEVICE' })
    const first = await once()
    expect(first).toMatchObject({ status: 200, data: { revokeToken: { name: 'twice' } } })
    await createToken(hall.db, command, { name: 'twice', role: 'DEVICE' })
    expect(await once()).toEqual(first)
    expect(await hall.db.accessToken.count({ where: { name: 'twice', revokedAt: null } })).toBe(1)
  })

  it('makes one token; its secret is kept nowhere, so the second answer is a CONFLICT that says what to do', async () => {
    const made = await send<Created, object>(server.address, create('lost'), {}, withKey('create'))
    secrets.push(made.data?.createToken.secret ?? expect.fail())
    const again = await send(server.address, create('lost'), {}, withKey('create'))
    expect([again.status, again.errors?.[0]?.extensions.code]).toEqual([409, 'CONFLICT'])
    expect(again.errors?.[0]?.message).toMatch(/has made the token “lost”.*revoke.*new Idempotency-Key/)
    // Also after it has been revoked, where another request would make a second one.
    await ask(server.address, revoke('lost'), {}, { headers: admin })
    expect((await send(server.address, create('lost'), {}, withKey('create'))).status).toBe(409)
    expect(await hall.db.accessToken.count({ where: { name: 'lost' } })).toBe(1)
  })
})

it('no secret is in the trail, in what is kept for repetitions, or with the tokens', async () => {
  expect(secrets).toHaveLength(4)
  const [found] = await hall.db.$queryRaw<{ text: string }[]>`
    SELECT concat((SELECT json_agg(a) FROM "AuditEntry" a), (SELECT json_agg(k) FROM "IdempotencyKey" k),
      (SELECT json_agg(t) FROM "AccessToken" t)) AS text`
  expect(found?.text).toContain('lost')
  for (const secret of secrets) expect(found?.text).not.toContain(secret.slice('wastex_'.length))
})
