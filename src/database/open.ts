/** The database that WasteX starts with: built in or given, there and up to date. */
import pg from 'pg'
import connectionString from 'pg-connection-string'
import type { Config } from '../config.js'
import { messageOf } from '../errors.js'
import { startEmbedded } from './embedded.js'
import { applyMigrations } from './migrate.js'

const embeddedDatabase = 'wastex'
const connectMs = 5_000

export interface OpenDatabase {
  readonly url: string
  /** The built-in server was made just now. */
  readonly isNew: boolean
  /** After the last query. */
  stop(): Promise<void>
}

/**
 * Starts the built-in PostgreSQL, or connects to DATABASE_URL; makes the database if it is missing; applies migrations.
 * @param say gets a line for each thing that a person at the terminal should know.
 * @throws Error with one line that says what to do.
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  say: (line: string) => void,
): Promise<OpenDatabase> {
  const server =
    config.databaseUrl === undefined ? await openEmbedded(config.dataDir, say) : openGiven(config.databaseUrl)
  try {
    await makeDatabase(server.url, config.databaseUrl !== undefined)
    const applied = await applyMigrations(server.url)
    if (applied.length > 0)
      say(`Database: ${applied.length === 1 ? 'one migration' : `${applied.length} migrations`} applied`)
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function openEmbedded(dataDir: string, say: (line: string) => void): Promise<OpenDatabase> {
  const embedded = await startEmbedded(dataDir, say)
  const how = { made: 'made and started', started: 'started', found: 'was running already' }[embedded.how]
  say(`Database: the built-in PostgreSQL ${how} (${embedded.folder})`)
  return { url: embedded.url(embeddedDatabase), isNew: embedded.how === 'made', stop: () => embedded.stop() }
}

const openGiven = (url: string): OpenDatabase => ({ url, isNew: false, stop: async () => undefined })

/** Makes the database of this address unless it is there. */
async function makeDatabase(url: string, isGiven: boolean): Promise<void> {
  try {
    await withClient(url, async () => undefined)
  } catch (error) {
    if (codeOf(error) !== '3D000') throw isGiven ? unreachable(url, error) : error
    const { database } = connectionString.parse(url)
    if (!database) throw error
    try {
      await withClient(inDatabase(url, 'postgres'), (client) =>
        client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`),
      )
    } catch (failed) {
      // 42P04, 23505: another starter was quicker.
      if (!['42P04', '23505'].includes(codeOf(failed) ?? '')) throw unreachable(url, failed)
    }
  }
}

async function withClient(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectMs })
  client.on('error', () => undefined) // `connect` and `query` report it.
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

function inDatabase(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code

/** Names the server without the password that the address may hold. */
function unreachable(url: string, error: unknown): Error {
  const { host, port, database, user } = describe(url)
  const server = `${host || 'localhost'}${port ? `:${port}` : ''}`
  const refused = ['28P01', '28000', '42501'].includes(codeOf(error) ?? '')
  const message = refused
    ? `The PostgreSQL server at ${server} refuses the user “${user ?? ''}” of DATABASE_URL (${messageOf(error)}): correct it, or unset it to use the built-in one.`
    : `No PostgreSQL server answers at ${server} for the database “${database ?? ''}” (${messageOf(error) || codeOf(error)}): start it, correct DATABASE_URL, or unset it to use the built-in one.`
  return new Error(message, { cause: error })
}

function describe(url: string): Partial<ReturnType<typeof connectionString.parse>> {
  try {
    return connectionString.parse(url)
  } catch {
    return {}
  }
}
