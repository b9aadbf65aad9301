/** Whether WasteX can work with this database. What would go wrong later, one request at a time, is refused at the start. */
import type pg from 'pg'
import { setTimeout as pause } from 'node:timers/promises'
import { serverOf, Unfit } from './explain.js'
import { openSession, schemaOf, withSchema } from './session.js'

/** Older ones lack `idle_session_timeout`, and get no fixes from their makers. */
export const oldestVersion = 14
/** Connections that are tried to find out whether a pooler shares them out. */
const pooledTries = 8
/** A pooler that has no connection for another transaction lets it wait. */
const poolerMs = 3_000

export interface Examined {
  /** `18.4` */
  readonly version: string
  /** The address, which names the schema if it is another one than `public`. */
  readonly url: string
}

interface Facts {
  readonly version: string
  readonly number: number
  readonly encoding: string
  readonly isStandby: boolean
  readonly isReadOnly: boolean
  readonly schema: string | null
  readonly path: string
  readonly pid: number
}

/** @throws Unfit with one sentence that says what to do; of the connection, as `pg` has it (`explained`) */
export async function examine(url: string, makeSchema: boolean): Promise<Examined> {
  const named = new URLSearchParams(url.split('?')[1]).get('schema')
  const { facts, client } = await look(url, named === null)
  try {
    const { name, database, user } = serverOf(url)
    const subject = `The database “${database}” at ${name}`
    if (facts.number < oldestVersion * 10_000)
      throw new Unfit(`PostgreSQL ${facts.version} at ${name} is too old: use ${oldestVersion} or newer.`)
    // A pooler tells a key of its own; PostgreSQL tells the number of its process.
    if (facts.pid !== processOf(client) && (await isSharedOut(url, client)))
      throw new Unfit(
        `DATABASE_URL leads to a connection pooler in transaction mode (${name}), where locks and notifications of WasteX get lost: let it pool by session (PgBouncer: pool_mode = session, default_pool_size of 25 or more), or use the address of PostgreSQL itself.`,
      )
    if (facts.encoding !== 'UTF8')
      throw new Unfit(
        `${subject} has the encoding ${facts.encoding}, which cannot hold every name: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
      )
    if (facts.isStandby)
      throw new Unfit(`${subject} is a standby, which takes no changes: use the address of the primary server.`)
    if (facts.isReadOnly)
      throw new Unfit(
        `${subject} is read-only for the user “${user}” (default_transaction_read_only is on): turn that off for the role or the database.`,
      )
    if (named !== null && facts.schema === null) {
      if (makeSchema) await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(named)}`)
    } else if (facts.schema === null)
      throw new Unfit(
        `${subject} has no schema of those in the search_path of the user “${user}” (${facts.path}): make one of them, or name another in DATABASE_URL (?schema=app).`,
      )
    const isNamed = named !== null || facts.schema === schemaOf(url)
    return { version: facts.version, url: isNamed ? url : withSchema(url, facts.schema ?? '') }
  } finally {
    await client.end().catch(() => undefined) // what it was for is known
  }
}

async function look(url: string, anySchema: boolean): Promise<{ facts: Facts; client: pg.Client }> {
  const client = await openSession(url, { anySchema, lockMs: poolerMs, answerMs })
  client.on('error', () => undefined) // the statement under way reports it
  const asking = client.query<Facts>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
       getdatabaseencoding() AS encoding, pg_is_in_recovery() AS "isStandby",
       current_setting('transaction_read_only') = 'on' AS "isReadOnly",
       -- Where our tables are. A schema that is made later, and comes before it in the path, does not hide them.
       coalesce((SELECT name FROM unnest(current_schemas(false)) AS name
         WHERE to_regclass(quote_ident(name) || '."TrainingRun"') IS NOT NULL
         ORDER BY name <> 'public' LIMIT 1), current_schema())::text AS schema, current_setting('search_path') AS path, pg_backend_pid() AS pid`,
  )
  const { rows } = await asking.catch((error: unknown) => {
    void client.end().catch(() => undefined) // why it is of no use, the caller is told
    throw error
  })
  return { facts: rows[0] as Facts, client }
}

/** For the answer to each question. */
const answerMs = 10_000

const processOf = (client: pg.Client) => (client as unknown as { readonly processID: number | null }).processID

/**
 * Whether the connection behind `client` is given to others between its transactions. While others hold a transaction each, they get
 * it, or `client` gets another one.
 */
async function isSharedOut(url: string, client: pg.Client): Promise<boolean> {
  const pidOf = async (one: pg.Client) => {
    const { rows } = await one.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    return rows[0]?.pid
  }
  const mine = await pidOf(client)
  const others: pg.Client[] = []
  const share = async () => {
    for (let tries = 0; tries < pooledTries; tries++) {
      const other = await openSession(url)
      others.push(other)
      other.on('error', () => undefined) // the statement under way reports it
      await other.query('BEGIN')
      if ((await pidOf(other)) === mine || (await pidOf(client)) !== mine) return true
    }
    return false
  }
  try {
    // A pooler by session that has no connection left keeps the other one waiting: it shares nothing out.
    return await Promise.race([share(), pause(poolerMs, false)])
  } catch (error) {
    // By statement, no transaction is allowed at all.
    if (/transaction/.test(String(error))) return true
    throw error
  } finally {
    for (const other of others) void other.end().catch(() => undefined) // it was there for this alone
  }
}
