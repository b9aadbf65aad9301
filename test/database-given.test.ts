/** Servers that are not ours: what their roles, databases, schemas, certificates and poolers do to us. */
import { execFile, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startEmbedded } from '../src/database/embedded.js'
import { openDatabase } from '../src/database/open.js'
import { withSession } from '../src/database/session.js'
import { databaseUser } from '../src/database/user.js'
import { connect } from '../src/db.js'
import { Events, publish } from '../src/events.js'
import { tablesOf } from '../src/keeping/tables.js'
import { createLog } from '../src/log.js'
import { ask } from './support/client.js'
import { startTestServer } from './support/server.js'
import { until } from './support/until.js'

const minutes = 60_000
const run = promisify(execFile)
const user = databaseUser()
let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'wastex-given-'))
  chmodSync(folder, 0o755)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const socket = () => new URL(inject('cluster')).searchParams.get('host') ?? ''
const addressOf = (name: string, role = name) =>
  `postgresql://${role}@localhost:5432/${name}?host=${encodeURIComponent(socket())}`
const administer = (...statements: string[]) =>
  withSession(inject('cluster'), {}, async (client) => {
    for (const sql of statements) await client.query(sql)
  })
const opened = (databaseUrl: string) => openDatabase({ databaseUrl, dataDir: folder }, () => undefined)
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const line = net.connect(port, '127.0.0.1')
    line.once('connect', () => resolve(true)).once('error', () => resolve(false))
    line.once('connect', () => line.destroy())
  })

it('a role whose defaults change what statements mean does not change ours', async () => {
  const defaults = {
    DateStyle: 'German',
    TimeZone: 'Asia/Kathmandu',
    client_encoding: 'LATIN1',
    standard_conforming_strings: 'off',
    default_transaction_isolation: 'serializable',
    extra_float_digits: '-10',
    statement_timeout: '60s',
    idle_session_timeout: '60s',
    lock_timeout: '60s',
  }
  await administer(
    'CREATE ROLE odd LOGIN',
    'CREATE DATABASE odd OWNER odd',
    ...Object.entries(defaults).map(([name, value]) => `ALTER ROLE odd SET ${name} = '${value}'`),
  )
  const { url } = await opened(`${addressOf('odd')}&options=${encodeURIComponent('-c TimeZone=Asia/Tokyo')}`)
  const db = connect(url, 1)
  const [now] = await db.$queryRaw<{ now: Date; third: number; name: string }[]>`
    SELECT now(), 1/3::float8 AS third, 'Grünglas\\ 瓶' AS name`
  expect(Math.abs((now?.now.getTime() ?? 0) - Date.now())).toBeLessThan(10 * minutes)
  expect(now).toMatchObject({ third: 1 / 3, name: 'Grünglas\\ 瓶' })
  for (const limit of ['statement_timeout', 'idle_session_timeout', 'lock_timeout'])
    expect(await db.$queryRaw`SELECT current_setting(${limit}) AS ms`).toEqual([{ ms: '0' }])
  const { createdAt } = await db.accessToken.create({ data: { name: 'x', role: 'ADMIN', secretHash: 'x' } })
  expect(Math.abs(createdAt.getTime() - Date.now())).toBeLessThan(10 * minutes)
  await db.$disconnect()
})

describe('a schema', () => {
  it(
    'of the address, or of the role, has a WasteX of its own, which hears nothing of the other',
    { timeout: 2 * minutes },
    async () => {
      await administer(
        'CREATE ROLE tidy LOGIN',
        'CREATE DATABASE tidy OWNER tidy',
        `ALTER ROLE tidy SET search_path = 'mine'`,
      )
      await withSession(addressOf('tidy'), {}, (client) => client.query('CREATE SCHEMA mine'))
      const { url } = await opened(addressOf('tidy'))
      expect(url).toContain('schema=mine')
      const server = await startTestServer({ DATABASE_URL: `${addressOf('tidy')}&schema=Other%20one` })
      const inOther = `${addressOf('tidy')}&schema=Other%20one`
      const [here, there] = [
        await Events.open(url, createLog('silent')),
        await Events.open(inOther, createLog('silent')),
      ]
      const heard: string[] = []
      here.on('versionMade', ({ versionId }) => heard.push(`mine ${versionId}`))
      there.on('versionMade', ({ versionId }) => heard.push(`other ${versionId}`))
      const db = connect(url, 1)
      await publish(server.db, 'versionMade', { versionId: 1 })
      await publish(db, 'versionMade', { versionId: 2 })
      await expect.poll(() => heard.toSorted()).toEqual(['mine 2', 'other 1'])
      await ask(server.address, 'mutation { createToken(name: "x", role: ADMIN) { secret } }', {})
      expect([await server.db.accessToken.count(), await db.accessToken.count()]).toEqual([1, 0])
      const tables = await withSession(url, {}, tablesOf)
      expect(tables).toContain('TrainingRun')
      for (const one of [here, there]) await one.close()
      await db.$disconnect()
      await server.close()
    },
  )
})

describe('is refused in a sentence', () => {
  it.each<[string, RegExp, string[]]>([
    ['latin', /has the encoding LATIN1.*ENCODING 'UTF8'/, [`ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`]],
    ['ascii', /has the encoding SQL_ASCII/, [`ENCODING 'SQL_ASCII' TEMPLATE template0`]],
    ['readonly', /is read-only for the user/, ['', 'ALTER ROLE readonly SET default_transaction_read_only = on']],
    ['poor', /may not make tables in the schema “public”.*GRANT/, ['', 'ALTER DATABASE poor OWNER TO wastex']],
    ['lost', /no schema of those in the search_path/, ['', `ALTER ROLE lost SET search_path = 'nowhere'`]],
    ['many', /has no free connection for the user “many”/, ['', 'ALTER ROLE many CONNECTION LIMIT 0']],
  ])('a database such as “%s”', async (name, words, [options = '', ...more]) => {
    await administer(`CREATE ROLE ${name} LOGIN`, `CREATE DATABASE ${name} OWNER ${name} ${options}`, ...more)
    await expect(opened(addressOf(name))).rejects.toThrow(words)
  })

  it('a server whose certificate is not trusted, or is for another name', { timeout: 3 * minutes }, async (context) => {
    const openssl = (...args: string[]) => run('openssl', args, { cwd: folder })
    if (!(await openssl('version').catch(() => undefined))) context.skip('there is no openssl here')
    const certify = async (name: string, names: string, days: string) => {
      writeFileSync(path.join(folder, 'names'), `subjectAltName=${names}`)
      await openssl(
        'req',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        `${name}.key`,
        '-out',
        'csr',
      )
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', days]
      await openssl('x509', '-req', '-in', 'csr', ...by, '-out', `${name}.pem`)
      chmodSync(path.join(folder, `${name}.key`), 0o600)
      if ('uid' in user.ids) chownSync(path.join(folder, `${name}.key`), user.ids.uid, user.ids.gid)
    }
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=Own CA',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    )
    await certify('good', 'IP:127.0.0.1', '2')
    await certify('other', 'DNS:db.example', '2')
    const port = await freePort()
    const serve = async (name: string, work: (address: string) => Promise<void>) => {
      const [key, certificate] = ['key', 'pem'].map((kind) => path.join(folder, `${name}.${kind}`))
      const tls = { ssl: 'on', ssl_key_file: key ?? '', ssl_cert_file: certificate ?? '' }
      const settings = { fsync: 'off', listen_addresses: '127.0.0.1', port: String(port), ...tls }
      const server = await startEmbedded(path.join(folder, 'tls'), () => undefined, { settings })
      try {
        await work(`postgresql://wastex@127.0.0.1:${port}/wastex?sslmode=require`)
      } finally {
        await server.stop()
      }
    }
    const ca = `&sslrootcert=${encodeURIComponent(path.join(folder, 'ca.pem'))}`
    await serve('good', async (address) => {
      await expect(opened(address)).rejects.toThrow(
        /certificate \(subject CN=good; issuer CN=Own CA\) .* not trusted .*sslrootcert=/,
      )
      await opened(address + ca)
    })
    await serve('other', async (address) => {
      await expect(opened(address + ca)).rejects.toThrow(/is for other names \(DNS:db\.example\)/)
    })
  })

  it('a pooler that pools by transaction; one by session works', { timeout: 2 * minutes }, async (context) => {
    const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find(existsSync)
    if (!program) return context.skip('there is no PgBouncer here')
    await administer('CREATE DATABASE pooled')
    for (const mode of ['transaction', 'session']) {
      const port = await freePort()
      const file = path.join(folder, `${mode}.ini`)
      writeFileSync(
        file,
        `[databases]\n* = host=${socket()} port=5432 user=wastex\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = any\npool_mode = ${mode}\n`,
      )
      const pooler = spawn(program, [file], { ...user.ids, stdio: ['ignore', 'ignore', 'ignore'] })
      try {
        await until(() => isOpen(port))
        const address = `postgresql://wastex@127.0.0.1:${port}/pooled`
        const said = await opened(address).then(
          () => 'works',
          (error: Error) => error.message,
        )
        expect(said).toMatch(mode === 'session' ? /^works$/ : /pooler in transaction mode.*pool_mode = session/)
      } finally {
        pooler.kill()
      }
    }
  })
})
