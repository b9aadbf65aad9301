/** The built-in PostgreSQL: who starts it, who stops it, and what of it survives which death. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startEmbedded } from '../src/database/embedded.js'
import { openDatabase } from '../src/database/open.js'

const isRoot = process.getuid?.() === 0
const quiet = () => undefined
const settings = { fsync: 'off' }

let folder: string
let cleanUp: (() => Promise<void> | void)[]

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'wastex-embedded-'))
  chmodSync(folder, 0o755)
  cleanUp = []
})

afterEach(async () => {
  for (const step of cleanUp.toReversed()) await step()
  rmSync(folder, { recursive: true, force: true })
})

async function embedded(
  dataDir = folder,
  options: Parameters<typeof startEmbedded>[2] = {},
  say: (line: string) => void = quiet,
) {
  const server = await startEmbedded(dataDir, say, { settings, ...options })
  cleanUp.push(() => server.stop())
  return server
}

async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

const processOf = (cluster: string) => Number(readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0])
const runs = (cluster: string) => existsSync(path.join(cluster, 'postmaster.pid'))

/** A process of its own that writes into the database below `folder`. */
function writer(): {
  child: ChildProcessByStdio<null, Readable, null>
  until: (pattern: RegExp, after?: number) => Promise<string[]>
} {
  const script = fileURLToPath(new URL('support/hold-database.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  cleanUp.push(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(line))
  const until = async (pattern: RegExp, after = 0) => {
    while (!lines.slice(after).some((line) => pattern.test(line))) await once(reader, 'line')
    return lines
  }
  return { child, until }
}

describe('the built-in PostgreSQL', () => {
  it('is made, started, stopped, and keeps what was written', async () => {
    const first = await startEmbedded(folder, quiet, { settings })
    expect(first.how).toBe('made')
    await ask(first.url('postgres'), 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    expect(runs(first.folder)).toBe(false)
    const second = await embedded()
    expect(second.how).toBe('started')
    expect(await ask(second.url('postgres'), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it('listens on no network address, and speaks UTC', async () => {
    const server = await embedded()
    const [shown] = await ask(
      server.url('postgres'),
      "SELECT current_setting('listen_addresses') AS listen, current_setting('TimeZone') AS zone",
    )
    expect(shown).toEqual({ listen: '', zone: 'UTC' })
  })

  it('serves two starters at once, and is stopped by the one that needs it last', async () => {
    const servers = await Promise.all([
      startEmbedded(folder, quiet, { settings }),
      startEmbedded(folder, quiet, { settings }),
    ])
    const [one, two] = servers
    await one.stop()
    expect(await ask(two.url('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await two.stop()
    expect(runs(two.folder)).toBe(false)
  })

  it('loses nothing that was acknowledged when the process that started it is killed; the next one uses the server and stops it', async () => {
    const { child, until } = writer()
    const lines = await until(/^wrote 200$/)
    child.kill('SIGKILL')
    await once(child.stdout, 'close')
    const acknowledged = lines.filter((line) => line.startsWith('wrote')).length

    const said: string[] = []
    const database = await openDatabase({ dataDir: folder, databaseUrl: undefined }, (line) => said.push(line))
    const [row] = await ask<{ count: number }>(database.url, 'SELECT count(*)::int AS count FROM acknowledged')
    await database.stop()
    expect(said.join()).toContain('was running already')
    expect(row?.count).toBeGreaterThanOrEqual(acknowledged)
    expect(runs(path.join(folder, 'pg'))).toBe(false)
  }, 60_000)

  it('comes back when the server itself is killed, with all that was acknowledged', async () => {
    const { child, until } = writer()
    await until(/^wrote 200$/)
    const killed = processOf(path.join(folder, 'pg'))
    process.kill(killed, 'SIGKILL')
    const before = await until(/^lost/)
    const acknowledged = before.filter((line) => line.startsWith('wrote')).length
    // The writer's own process brings it back; nobody else is there to do it.
    await until(/starting it again/)
    const lost = before.findIndex((line) => line.startsWith('lost'))
    await until(/^connected$/, lost)
    const server = await embedded()
    const [row] = await ask<{ count: number }>(server.url('wastex'), 'SELECT count(*)::int AS count FROM acknowledged')
    expect(server.how).toBe('found')
    expect(row?.count).toBeGreaterThanOrEqual(acknowledged)
    expect(processOf(server.folder)).not.toBe(killed)
    child.kill('SIGKILL')
  }, 60_000)

  it('has a short socket where the path of its folder is too long for one', async () => {
    const long = path.join(folder, 'x'.repeat(100))
    const server = await embedded(long)
    const socket = new URL(server.url('postgres')).searchParams.get('host') ?? ''
    cleanUp.unshift(() => rmSync(socket, { recursive: true }))
    expect(socket.length).toBeLessThan(90)
    expect(server.folder.startsWith(long)).toBe(true)
    expect(await ask(server.url('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('takes nothing from PG* variables, and lies in a folder of any name', async () => {
    const others = {
      PGHOST: 'nowhere',
      PGPORT: '1',
      PGDATABASE: 'other',
      PGUSER: 'other',
      PGPASSWORD: 'other',
      PGSSLMODE: 'require',
      PGSSLNEGOTIATION: 'direct',
      PGOPTIONS: '-c search_path=other',
      PGDATA: '/nowhere',
      PGREPLICATION: 'true',
    }
    for (const [name, value] of Object.entries(others)) vi.stubEnv(name, value)
    cleanUp.push(() => void vi.unstubAllEnvs())
    const dataDir = path.join(folder, `a,b "c' %41 #d?é`)
    const server = await embedded(dataDir)
    const [shown] = await ask(server.url('postgres'), 'SELECT current_user AS user, current_schema() AS schema')
    expect(shown).toEqual({ user: 'wastex', schema: 'public' })
    const database = await openDatabase({ dataDir, databaseUrl: undefined }, quiet)
    expect(await ask(database.url, 'SELECT count(*)::int AS photos FROM "Photo"')).toEqual([{ photos: 0 }])
    await database.stop()
  })

  it('that refuses its own users is not waited for, and not left running', async () => {
    const first = await startEmbedded(folder, quiet, { settings })
    await first.stop()
    const rules = path.join(first.folder, 'pg_hba.conf')
    writeFileSync(rules, 'local all all reject\n')
    await expect(startEmbedded(folder, quiet, { settings })).rejects.toThrow('refuses our connection')
    expect(runs(first.folder)).toBe(false)
  })

  it('is not left running when its start is called off', async () => {
    const first = await startEmbedded(folder, quiet, { settings })
    await first.stop()
    const calledOff = new AbortController()
    const starting = startEmbedded(folder, quiet, { settings, signal: calledOff.signal })
    const refusal = starting.then(
      () => 'it started',
      (error: unknown) => String(error),
    )
    while (!runs(first.folder)) await new Promise((resolve) => setTimeout(resolve, 1))
    calledOff.abort(new Error('called off'))
    expect(await refusal).toContain('called off')
    expect(runs(first.folder)).toBe(false)
  })

  it('is kept elsewhere when we are root and its user cannot enter the folder, and is found there again', async (context) => {
    if (!isRoot) context.skip('only root has another user run PostgreSQL')
    const dataDir = path.join(folder, 'private', 'data')
    mkdirSync(path.dirname(dataDir), { mode: 0o700 })
    const shelter = path.join(folder, 'shelter')
    const said: string[] = []
    const first = await startEmbedded(dataDir, (line) => said.push(line), { shelter, settings })
    await ask(first.url('postgres'), 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.stop()
    expect(said.join()).toContain(`the database is kept in ${shelter}`)

    // A folder that opened up later, or was moved, still says where its database is.
    chmodSync(path.dirname(dataDir), 0o755)
    const second = await embedded(dataDir, { shelter })
    expect(second.folder.startsWith(shelter)).toBe(true)
    expect(await ask(second.url('postgres'), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it('is not replaced by an empty one when its folder was closed to its user', async (context) => {
    if (!isRoot) context.skip('only root has another user run PostgreSQL')
    const dataDir = path.join(folder, 'outer', 'data')
    const first = await startEmbedded(dataDir, quiet, { settings })
    await first.stop()
    chmodSync(path.dirname(dataDir), 0o700)
    await expect(startEmbedded(dataDir, quiet, { settings })).rejects.toThrow('chmod o+x')
  })
})

describe('a server of one’s own', () => {
  it('that does not answer is named in one line, without its password', async () => {
    const databaseUrl = 'postgresql://me:secret@127.0.0.1:1/wastex'
    const opening = openDatabase({ dataDir: folder, databaseUrl }, quiet)
    await expect(opening).rejects.toThrow(/^No PostgreSQL server answers at 127\.0\.0\.1:1 .*DATABASE_URL/)
    await expect(opening).rejects.not.toThrow('secret')
  })

  it('gets the database made, and migrated', async () => {
    const server = await embedded()
    const database = await openDatabase({ dataDir: folder, databaseUrl: server.url('made') }, quiet)
    expect(await ask(database.url, 'SELECT count(*)::int AS photos FROM "Photo"')).toEqual([{ photos: 0 }])
    await database.stop()
  })
})
