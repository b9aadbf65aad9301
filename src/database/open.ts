/** The database that WasteX starts with: built in or given, there and up to date. */
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Config } from '../config.js'
import { waitFor, type Waiting } from '../wait-for.js'
import { startEmbedded } from './embedded.js'
import { examine } from './examine.js'
import { explained, serverOf } from './explain.js'
import { databaseFailure } from './failure.js'
import { applyMigrations } from './migrate.js'
import { withSession } from './session.js'

const embeddedDatabase = 'wastex'
/** For a given server that says that it is starting. */
const startingMs = 60_000
/** For a database to be made: a copy of a template. */
const makingMs = 60_000

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
 * @param signal aborted when the start is called off
 * @throws Error with one line that says what to do. Then nothing is left running.
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<OpenDatabase> {
  const waiting = { say, signal }
  const { databaseUrl } = config
  const server =
    databaseUrl === undefined ? await openEmbedded(config.dataDir, waiting) : await openGiven(databaseUrl, waiting)
  try {
    const applied = await applyMigrations(server.url, undefined, waiting)
    if (applied.length > 0)
      say(`Database: ${applied.length === 1 ? 'one migration' : `${applied.length} migrations`} applied`)
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function openEmbedded(dataDir: string, { say, signal }: Waiting): Promise<OpenDatabase> {
  const embedded = await startEmbedded(dataDir, say, { signal })
  const how = { made: 'made and started', started: 'started', found: 'was running already' }[embedded.how]
  say(`Database: the built-in PostgreSQL ${how} (${embedded.folder})`)
  const url = embedded.url(embeddedDatabase)
  try {
    await makeDatabase(url, embeddedDatabase)
    return { url, isNew: embedded.how === 'made', stop: () => embedded.stop() }
  } catch (error) {
    await embedded.stop()
    throw error
  }
}

async function openGiven(url: string, waiting: Waiting): Promise<OpenDatabase> {
  const { name, database } = serverOf(url)
  const examined = await waitFor(waiting, `the PostgreSQL server at ${name} to answer`, startingMs, async (over) => {
    for (;;) {
      try {
        await makeDatabase(url, database)
        return await examine(url, true)
      } catch (error) {
        if (databaseFailure(error) !== 'STARTING' || over.aborted) throw await explained(url, error)
        await pause(250)
      }
    }
  })
  return { url: examined.url, isNew: false, stop: async () => undefined }
}

/** Makes the database of this address unless it is there. */
async function makeDatabase(url: string, database: string): Promise<void> {
  try {
    await withSession(url, { anySchema: true, answerMs: makingMs }, async () => undefined)
  } catch (error) {
    if (codeOf(error) !== '3D000') throw error
    try {
      await withSession(url, { database: 'postgres', answerMs: makingMs }, (client) =>
        client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)} ENCODING 'UTF8' TEMPLATE template0`),
      )
    } catch (failed) {
      // 42P04, 23505: another starter was quicker.
      if (!['42P04', '23505'].includes(codeOf(failed) ?? '')) throw failed
    }
  }
}

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code
