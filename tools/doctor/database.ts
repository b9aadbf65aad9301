/** The database: whether it is reached, its version, and whether it is up to date. Nothing in it is changed. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import connectionString from 'pg-connection-string'
import type { Config } from '../../src/config.js'
import { startEmbedded } from '../../src/database/embedded.js'
import { missingMigrations } from '../../src/database/migrate.js'
import { messageOf } from '../../src/errors.js'
import { type Finding, fail, ok, warn } from './finding.js'

/** Older ones are no longer kept by its makers. */
const oldest = 14

export async function database({ databaseUrl, dataDir }: Config): Promise<Finding> {
  if (databaseUrl !== undefined) return look(databaseUrl, placeOf(databaseUrl))
  if (!existsSync(path.join(dataDir, 'pg')) && !existsSync(path.join(dataDir, 'pg.elsewhere')))
    return ok('database', `the built-in PostgreSQL, made at the first start in ${path.join(dataDir, 'pg')}`)
  try {
    const embedded = await startEmbedded(dataDir, () => undefined)
    try {
      const how = embedded.how === 'found' ? 'running' : 'started for this look'
      return await look(embedded.url('wastex'), `the built-in one at ${embedded.folder}, ${how}`)
    } finally {
      await embedded.stop()
    }
  } catch (error) {
    return fail('database', `the built-in PostgreSQL does not start: ${messageOf(error)}`)
  }
}

/** Without the password that the address may hold. */
function placeOf(url: string): string {
  try {
    const { host, port, database: name } = connectionString.parse(url)
    return `${name ?? ''} at ${host || 'localhost'}${port ? `:${port}` : ''}`
  } catch {
    return 'DATABASE_URL'
  }
}

async function look(url: string, place: string): Promise<Finding> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined) // `connect` and `query` report it.
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version') AS version`)
    const says = `PostgreSQL ${rows[0]?.version}, ${place}`
    if (Number.parseInt(rows[0]?.version ?? '', 10) < oldest)
      return fail('database', `${says}: too old. Use ${oldest} or newer.`)
    const missing = await missingMigrations(url)
    return missing.length === 0
      ? ok('database', `${says}, up to date`)
      : warn('database', `${says}, lacks ${missing.length} migrations: npm start applies them`)
  } catch (error) {
    const mend = 'start it, correct DATABASE_URL, or unset it to use the built-in one'
    return fail('database', `${place} is not as it should be (${messageOf(error) || 'no answer'}): ${mend}`)
  } finally {
    await client.end().catch(() => undefined) // never connected
  }
}
