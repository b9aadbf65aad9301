/** Where it listens, and the command that makes the token which that needs. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.js'
import { send } from './support/client.js'
import { openTestHall } from './support/hall.js'
import { startTestServer } from './support/server.js'
import { settingsOf } from './support/training.js'
import { bearer } from './support/tokens.js'

const root = new URL('..', import.meta.url).pathname
/** `npm run token`. */
const token = (env: Record<string, string>, ...args: string[]) =>
  promisify(execFile)(process.execPath, ['tools/token.mjs', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  })

describe('a server that others can reach', () => {
  it('does not start before there is a token for an admin, and says how to make one; the command makes it', async () => {
    const hall = await openTestHall()
    const settings = { ...settingsOf(hall), HOST: '0.0.0.0' }
    await expect(startTestServer(settings)).rejects.toThrow(
      /HOST=0\.0\.0\.0.*npm run token -- create NAME --role admin/,
    )
    await token(settings, 'create', 'phone', '--role', 'device')
    await expect(startTestServer(settings)).rejects.toThrow(/no token for an admin/)

    const { stdout, stderr } = await token(settings, 'create', 'root', '--role', 'admin')
    expect(stderr).toContain('shown this once')
    const headers = bearer(stdout.trim())
    const server = await startTestServer(settings)
    const address = server.address.replace('localhost', '127.0.0.1')
    expect((await send(address, '{ tokens { totalCount } }', {}, { headers })).data).toEqual({
      tokens: { totalCount: 2 },
    })
    expect((await send(address, '{ __typename }')).status).toBe(401)
    // It is told while it runs.
    expect((await token(settings, 'list')).stdout).toMatch(/^phone +DEVICE .*used never\nroot +ADMIN .*used 2\d\d\d-/)
    await token(settings, 'revoke', 'root')
    await expect.poll(async () => (await send(address, '{ __typename }', {}, { headers })).status).toBe(401)
    expect((await token(settings, 'list')).stdout).toMatch(/root .*revoked 2/)
    await server.close()
    await hall.close()
  }, 60_000)

  it('is refused a command that makes no sense, in words', async () => {
    const hall = await openTestHall()
    const env = settingsOf(hall)
    await expect(token(env)).rejects.toThrow(/npm run token -- list/)
    await expect(token(env, 'create', 'x', '--role', 'king')).rejects.toThrow(/device\|operator\|trainer\|admin/)
    await expect(token(env, 'revoke', 'nobody')).rejects.toThrow(/no live token “nobody”/)
    await hall.close()
  }, 60_000)

  it.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.0.7', false],
    ['127.0.0.1.example', false],
  ])('HOST=%s shows GraphiQL and the schema by default: %s', (HOST, on) => {
    expect(readConfig({ HOST })).toMatchObject({ graphiql: on, introspection: on })
    expect(readConfig({ HOST, WASTEX_GRAPHIQL: 'off', WASTEX_INTROSPECTION: 'on' })).toMatchObject({
      graphiql: false,
      introspection: true,
    })
  })
})
