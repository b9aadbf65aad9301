/** What WasteX cannot start with: one line that says what it is and how to mend it, and an exit code that is not 0. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../src/config.js'
import { connect } from '../src/db.js'
import { withSession } from '../src/database/session.js'
import { start } from '../src/start.js'
import { createTestDatabase } from './support/database.js'
import { withFault } from './support/faulty-disk.js'
import { ServerProcess } from './support/server-process.js'

let folder: string
let url: string
const taken = net.createServer()

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-refused-'))
  url = (await createTestDatabase()).url
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  taken.close()
  await rm(folder, { recursive: true, force: true })
})

const settings = (more: Record<string, string> = {}): Record<string, string> => ({
  DATABASE_URL: url,
  WASTEX_DATA: path.join(folder, 'data'),
  WASTEX_MODELS: path.join(folder, 'models'),
  WASTEX_DATASETS: path.join(folder, 'datasets'),
  ...more,
})

/** A database as another WasteX would have left it. */
async function databaseWith(sql: string): Promise<Record<string, string>> {
  const other = await createTestDatabase()
  const db = connect(other.url, 1)
  await db.$executeRawUnsafe(sql)
  await db.$disconnect()
  return { DATABASE_URL: other.url }
}

it.each<[string, RegExp, () => Promise<Record<string, string>>]>([
  ['a setting that makes no sense', /The setting PORT is wrong/, async () => ({ PORT: 'http' })],
  [
    'a taken port',
    /Port \d+ on 127\.0\.0\.1 is taken\. PORT chooses another one/,
    async () => ({ PORT: String((taken.address() as net.AddressInfo).port) }),
  ],
  [
    'a data folder that cannot be made',
    /The folder \S+ cannot be written to\. .*or name another one in WASTEX_DATA/,
    async () => {
      await writeFile(path.join(folder, 'file'), '')
      return { WASTEX_DATA: path.join(folder, 'file', 'data') }
    },
  ],
  [
    'a folder of models that cannot be written to',
    /The folder \/sys\/wastex cannot be written to\. (The file system is read-only|This user may not write there).*or name another one in WASTEX_MODELS/,
    async () => ({ WASTEX_MODELS: '/sys/wastex' }),
  ],
  [
    'a database that does not answer',
    /DATABASE_URL/,
    async () => ({ DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/none' }),
  ],
  ...[
    'mysql://me:secret@127.0.0.1/db',
    '127.0.0.1/secret',
    'postgresql://me:sec/secret@127.0.0.1/db',
    'postgresql://me:1?secret@127.0.0.1/db',
    'postgresql://me:%e9secret@127.0.0.1/db',
    'postgresql://me:secret@127.0.0.1',
    '"postgresql://me:secret@127.0.0.1/db"',
  ].map((address): [string, RegExp, () => Promise<Record<string, string>>] => [
    `a DATABASE_URL such as ${address}`,
    /The setting DATABASE_URL is wrong: .* It is written postgresql:/,
    async () => ({ DATABASE_URL: address }),
  ]),
  [
    'a database of a newer WasteX',
    /A newer WasteX made this database.*Update WasteX/,
    () =>
      databaseWith(`INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at)
        VALUES ('1', 'a', '99990101000000_later', now())`),
  ],
  [
    'a migration that was edited',
    /was edited after it had been applied.*bring the file back/,
    () => databaseWith(`UPDATE "_prisma_migrations" SET checksum = 'b' WHERE migration_name LIKE '%_init'`),
  ],
])('%s', async (_, words, prepare) => {
  const { code, stdout, stderr } = await new ServerProcess(settings(await prepare())).ended
  expect(code).toBe(1)
  const lines = stderr.trim().split('\n')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^WasteX cannot start\. /)
  expect(lines[0]).toMatch(words)
  expect(lines[0]).not.toContain('secret')
  expect(stdout).not.toContain('serves at')
})

it(
  'a database that another starter changes is waited for, with a line; a signal ends the wait',
  { timeout: 120_000 },
  async () => {
    const { url: held } = await createTestDatabase()
    await withSession(held, {}, async (holder) => {
      await holder.query('SELECT pg_advisory_lock(72707369)') // that of migrations
      const server = new ServerProcess({ ...settings(), DATABASE_URL: held })
      await server.said(/Waiting for another WasteX that changes this database \(15 minutes at most\)/)
      server.signal('SIGTERM')
      expect(await server.ended).toMatchObject({ code: 0, stderr: '' })
    })
  },
)

it('a full disk, a broken one', async () => {
  const config = readConfig({ ...settings(), PORT: '0', LOG_LEVEL: 'silent' })
  const words = { ENOSPC: 'The disk is full: make room on it', EIO: 'EIO' }
  for (const code of ['ENOSPC', 'EIO'] as const)
    await withFault({ operation: 'write', nth: 1, code }, () =>
      expect(start(config, () => undefined)).rejects.toThrow(words[code]),
    )
})

it('but without a model it serves, and /ready says what is missing', async () => {
  const server = new ServerProcess(settings())
  const ready = await fetch(`${await server.address()}/ready`)
  expect(ready.status).toBe(200)
  expect(await ready.json()).toMatchObject({ status: 'degraded', degraded: ['no model serves yet'] })
  server.signal('SIGTERM')
  expect((await server.ended).code).toBe(0)
})
