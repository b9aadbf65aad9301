/** What every room may use: settings, the database, what happens, the log. `main` makes one; a test makes its own. */
import type { Config } from './config.js'
import type { PrismaClient } from './db.js'
import type { Events } from './events.js'
import type { Log } from './log.js'

export interface Hall {
  readonly config: Config
  readonly db: PrismaClient
  readonly events: Events
  readonly log: Log
  /** Where `db` is connected to, for locks that need a connection of their own. */
  readonly databaseUrl: string
}
