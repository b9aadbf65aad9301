/**
 * Applies the migrations of prisma/migrations, as `prisma migrate deploy` would, without Prisma's CLI and engine. It keeps
 * the same record (`_prisma_migrations`), so the CLI finds nothing left to do afterwards. Its column `logs`, which the CLI leaves empty
 * after a success, says which release of WasteX applied the migration: an older release reads there what the database needs.
 */
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { messageOf } from '../errors.js'
import { release } from '../release.js'
import { type Waiting, waitFor } from '../wait-for.js'
import { databaseFailure } from './failure.js'
import { withSession } from './session.js'

/** The same from src/database and from dist/database. */
const ourMigrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

/** The lock that Prisma Migrate takes, too: of several starters one applies, the others wait and find nothing to do. */
const migrateLock = 72_707_369

/** For which another starter may change the database: a migration of millions of rows takes minutes. */
const lockLimitMs = 15 * 60_000
/** For one try, and between two. */
const [lockTryMs, restMs] = [3_000, 1_000]
/** For each answer, where nothing is changed. */
const lookMs = 30_000

const record = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`

const appliedBy = 'Applied by WasteX '

interface Migration {
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/**
 * @param waiting told when another starter holds it up
 * @returns the names of the migrations that it applied.
 * @throws Error that says what to do when the database and the folder do not belong together. A migration that fails
 * leaves the database as it was before it.
 */
export async function applyMigrations(
  url: string,
  folder: string = ourMigrations,
  waiting: Waiting = { say: () => undefined },
): Promise<string[]> {
  const migrations = await readMigrations(folder)
  return withSession(url, { lockMs: lockLimitMs }, async (client) => {
    const endWith = (over: AbortSignal) =>
      over.addEventListener('abort', () => void client.end().catch(() => undefined), { once: true })
    await waitFor(waiting, 'another WasteX that changes this database', lockLimitMs, (over) => {
      endWith(over)
      return client.query('SELECT pg_advisory_lock($1)', [migrateLock])
    })
    const applied = (await isRecorded(client)) ? await readApplied(client) : new Map<string, Applied>()
    refuseForeign(applied, migrations)
    const missing = migrations.filter(({ name }) => !applied.has(name))
    if (missing.length > 0) await mayCreate(client)
    if (applied.size === 0) await client.query(record)
    for (const migration of missing)
      await waitFor(waiting, `the migration ${migration.name}`, lockLimitMs, async (over) => {
        endWith(over)
        await applyWhenFree(client, migration, over)
      })
    return missing.map(({ name }) => name)
  })
}

/** What `applyMigrations` would apply; nothing is changed. @throws as it does */
export async function missingMigrations(url: string, folder: string = ourMigrations): Promise<string[]> {
  const migrations = await readMigrations(folder)
  return withSession(url, { answerMs: lookMs }, async (client) => {
    const applied = (await isRecorded(client)) ? await readApplied(client) : new Map<string, Applied>()
    refuseForeign(applied, migrations)
    return migrations.map(({ name }) => name).filter((name) => !applied.has(name))
  })
}

async function isRecorded(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS there`,
  )
  return rows[0]?.there === true
}

/** From PostgreSQL 15 on, nobody but the owner of a database may make tables in `public`. */
async function mayCreate(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ may: boolean; user: string; schema: string; database: string }>(
    `SELECT has_schema_privilege(current_schema(), 'CREATE') AS may, current_user AS user,
       current_schema() AS schema, current_database() AS database`,
  )
  const [found] = rows
  if (found?.may) return
  throw new Error(
    `The user “${found?.user}” may not make tables in the schema “${found?.schema}” of the database “${found?.database}”: GRANT CREATE, USAGE ON SCHEMA "${found?.schema}" TO "${found?.user}", or make that user the owner.`,
  )
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

interface Applied {
  readonly checksum: string
  readonly isFinished: boolean
  /** Which release of WasteX applied it; null: release 0.1.0, or the Prisma CLI. */
  readonly appliedBy: string | null
}

async function readApplied(client: pg.Client): Promise<Map<string, Applied>> {
  const { rows } = await client.query<{ name: string } & Applied>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS "isFinished",
       substring(logs FROM '^${appliedBy}(.+)$') AS "appliedBy"
     FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  )
  return new Map(rows.map(({ name, ...applied }) => [name, applied]))
}

function refuseForeign(applied: Map<string, Applied>, migrations: Migration[]): void {
  const unknown = [...applied.keys()]
    .filter((name) => !migrations.some((migration) => migration.name === name))
    .toSorted((a, b) => a.localeCompare(b, 'en'))
  if (unknown.length > 0) throw newer(unknown.map((name) => [name, applied.get(name)?.appliedBy ?? null]))
  for (const [name, { checksum, isFinished }] of applied) {
    if (!isFinished) {
      throw new Error(
        `Migration ${name} once failed half-way in this database: mend what it left, then ` +
          `npx prisma migrate resolve --rolled-back ${name} (or --applied, if all of it is there).`,
      )
    }
    const ours = migrations.find((migration) => migration.name === name)
    if (ours !== undefined && ours.checksum !== checksum) {
      throw new Error(
        `Migration ${name} was edited after it had been applied to this database: ` +
          'bring the file back as it was, and put the change into a new migration (npm run migrate).',
      )
    }
  }
}

/** @param unknown migrations that this release does not have, and which release applied each */
function newer(unknown: (readonly [name: string, appliedBy: string | null])[]): Error {
  const needed = unknown
    .flatMap(([, by]) => by ?? [])
    .toSorted(byVersion)
    .at(-1)
  const isLater = needed !== undefined && byVersion(needed, release) > 0
  const made = isLater ? `WasteX ${needed} has worked with this database` : 'A newer WasteX made this database'
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : ''
  const update = isLater ? `Update to WasteX ${needed} or newer` : 'Update WasteX'
  return new Error(
    `${made}: it has the migration ${unknown[0]?.[0]}${more}, which WasteX ${release} does not know. ` +
      `${update}, or give it another WASTEX_DATA or DATABASE_URL.`,
  )
}

const byVersion = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })

/**
 * A statement that waits for a lock keeps everybody waiting who comes after it. So it waits for a moment only, and lets others through
 * before it tries again: a backup by an earlier release, for one, holds its locks for minutes.
 */
async function applyWhenFree(client: pg.Client, migration: Migration, over: AbortSignal): Promise<void> {
  await client.query("SELECT set_config('lock_timeout', $1, false)", [String(lockTryMs)])
  for (let tries = 1; ; tries++)
    try {
      return await apply(client, migration)
    } catch (error) {
      over.throwIfAborted()
      if (databaseFailure((error as Error).cause) !== 'LOCKED' || tries * (lockTryMs + restMs) > lockLimitMs)
        throw error
      await pause(restMs)
    }
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count, logs)
       VALUES ($1, $2, $3, now(), 1, $4)`,
      [randomUUID(), checksum, name, appliedBy + release],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined) // the connection is lost, and with it the transaction
    const advice = databaseFailure(error) === 'LOCKED' ? '. Stop other servers of this database, then start again' : ''
    throw new Error(`Migration ${name} failed, and nothing of it was kept: ${messageOf(error)}${advice}`, {
      cause: error,
    })
  }
}
