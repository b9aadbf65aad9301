import { execFile } from 'node:child_process'
import { appendFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { applyMigrations, missingMigrations } from '../src/database/migrate.js'
import { release } from '../src/release.js'
import { createEmptyDatabase, type TestDatabase } from './support/database.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const ours = path.join(root, 'prisma', 'migrations')

let database: TestDatabase
let folder: string

beforeEach(async () => {
  database = await createEmptyDatabase()
  folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-migrations-'))
  await cp(ours, folder, { recursive: true })
})

afterEach(async () => {
  await rm(folder, { recursive: true })
  await database.drop()
})

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

const addMigration = async (name: string, sql: string) => {
  await mkdir(path.join(folder, name))
  await writeFile(path.join(folder, name, 'migration.sql'), sql)
}

const prisma = (...args: string[]) =>
  promisify(execFile)(path.join(root, 'node_modules', '.bin', 'prisma'), args, {
    cwd: root,
    env: { ...process.env, DATABASE_URL: database.url, CHECKPOINT_DISABLE: '1' },
  })

describe('migrations', () => {
  it('are applied once when four starters come at once', async () => {
    const applied = await Promise.all(Array.from({ length: 4 }, () => applyMigrations(database.url)))
    const names = (await readdir(ours, { withFileTypes: true })).filter((entry) => entry.isDirectory())
    expect(applied.flat().toSorted()).toEqual(names.map(({ name }) => name).toSorted())
    expect(await query('SELECT 1 FROM "_prisma_migrations"')).toHaveLength(names.length)
    expect(await applyMigrations(database.url)).toEqual([])
  })

  it('leave nothing to do for the Prisma CLI, which agrees that schema and migrations are the same', async () => {
    await applyMigrations(database.url)
    expect((await prisma('migrate', 'status')).stdout).toContain('Database schema is up to date!')
    const schema = path.join(folder, 'schema.prisma')
    await cp(path.join(root, 'prisma', 'schema.prisma'), schema)
    const compare = (from: string) => prisma('migrate', 'diff', from, `--to-schema=${schema}`, '--exit-code')
    for (const from of ['--from-migrations=prisma/migrations', '--from-config-datasource']) {
      expect((await compare(from)).stdout).toContain('No difference detected')
    }
    await appendFile(schema, 'model Stray {\n  id Int @id\n}\n')
    await expect(compare('--from-migrations=prisma/migrations')).rejects.toMatchObject({ code: 2 })
  }, 60_000)

  it('take the names of files out of an older trail, which nothing else may change', async () => {
    const name = '20261125030000_no_file_names_in_the_trail'
    for (const later of await readdir(ours))
      if (/^\d/.test(later) && later >= name) await rm(path.join(folder, later), { recursive: true })
    await applyMigrations(database.url, folder)
    const add = (type: string, subject: string) =>
      query(`INSERT INTO "AuditEntry" (actor, "actorName", action, "subjectType", "subjectId", "subjectName", before, after)
        VALUES ('x', 'x', 'LABEL', '${type}', '1', '${subject}', '{}', '{}')`)
    await add('Image', 'Anna at home.jpg')
    await add('DatasetVersion', 'v1')
    expect((await applyMigrations(database.url)).at(0)).toBe(name)
    expect(await query('SELECT "subjectName" FROM "AuditEntry" ORDER BY id')).toEqual([
      { subjectName: null },
      { subjectName: 'v1' },
    ])
    await expect(query('UPDATE "AuditEntry" SET actor = 1')).rejects.toThrow('only grows')
  })

  it('are refused when one was edited after it had been applied', async () => {
    await applyMigrations(database.url, folder)
    const [first] = (await readdir(folder)).toSorted()
    await appendFile(path.join(folder, first ?? '', 'migration.sql'), '\n-- an afterthought\n')
    await expect(applyMigrations(database.url, folder)).rejects.toThrow(`${first} was edited after`)
  })

  it('are refused when the database has one that we do not know, by the name of the release that this one needs', async () => {
    await addMigration('20990101000000_later', 'CREATE TABLE later (id int)')
    await addMigration('20990102000000_last', 'CREATE TABLE last (id int)')
    await applyMigrations(database.url, folder)
    const refused = expect.objectContaining({ message: expect.stringContaining('A newer WasteX made this database') })
    await expect(applyMigrations(database.url)).rejects.toEqual(refused)
    // Later releases leave the same words with their own versions.
    for (const [version, name] of [
      ['9.1.0', '20990102000000_last'],
      ['10.9.0', '20990101000000_later'],
    ])
      await query(
        `UPDATE "_prisma_migrations" SET logs = replace(logs, '${release}', '${version}') WHERE migration_name = '${name}'`,
      )
    for (const look of [applyMigrations, missingMigrations])
      await expect(look(database.url)).rejects.toThrow(
        `WasteX 10.9.0 has worked with this database: it has the migration 20990101000000_later and 1 more, which WasteX ${release} does not know. Update to WasteX 10.9.0 or newer`,
      )
    // Release 0.1.0 and the Prisma CLI leave no word.
    await query('UPDATE "_prisma_migrations" SET logs = NULL')
    await expect(applyMigrations(database.url)).rejects.toEqual(refused)
  })

  it('leave nothing behind of one that fails, and go on once it is mended', async () => {
    const name = '20990101000000_broken'
    await addMigration(name, 'CREATE TABLE half (id int); SELECT 1 / 0;')
    await expect(applyMigrations(database.url, folder)).rejects.toThrow(/broken failed, .*division by zero/)
    expect(await query("SELECT 1 FROM information_schema.tables WHERE table_name = 'half'")).toEqual([])
    await writeFile(path.join(folder, name, 'migration.sql'), 'CREATE TABLE half (id int)')
    expect(await applyMigrations(database.url, folder)).toEqual([name])
  })

  it('are refused after one that the Prisma CLI left half-way', async () => {
    await applyMigrations(database.url, folder)
    await query('UPDATE "_prisma_migrations" SET finished_at = NULL')
    await expect(applyMigrations(database.url, folder)).rejects.toThrow('npx prisma migrate resolve')
  })
})
