/**
 * How every connection to PostgreSQL is made. Roles, databases and the environment may set sessions up in ways that change what
 * statements mean; each of our sessions sets what it depends on itself. It does so by a statement: many poolers refuse startup parameters.
 */
import pg from 'pg'
import connectionString from 'pg-connection-string'

export interface SessionOptions {
  /** PostgreSQL ends a statement that takes longer. Default: none. */
  readonly statementMs?: number
  /** How long a statement waits for a lock. Default: no limit. */
  readonly lockMs?: number
  /** A transaction that does nothing for so long is undone. Default: no limit. */
  readonly idleMs?: number
  /** Another database of the same server. */
  readonly database?: string
  /** What PostgreSQL lists the session as. */
  readonly name?: string
  /** For the connection to be made. Default: `connectMs`. */
  readonly connectMs?: number
  /** For the answer to each statement: then the session is good for nothing but its end. Default: no limit. */
  readonly answerMs?: number
  /** Leaves `search_path` as the role has it, to find out which schema that is. */
  readonly anySchema?: boolean
}

export const connectMs = 10_000
const defaultSchema = 'public'

/** The schema that this address names: our tables are there, and nothing else is looked at. */
export const schemaOf = (url: string): string => (parse(url) as { readonly schema?: string }).schema || defaultSchema

/** The same address, naming the schema. */
export const withSchema = (url: string, schema: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}schema=${encodeURIComponent(schema)}`

/** Host, port and so on of an address. What it leaves out, `pg` takes from the environment (PGPASSWORD, PGSSLMODE). */
export const parse = (url: string) => connectionString.parse(url)

/** A connection that is made already. Its loss is for the caller to hear of (`error`, `end`). */
export async function openSession(url: string, options: SessionOptions = {}): Promise<pg.Client> {
  const limit = { connectionTimeoutMillis: options.connectMs ?? connectMs }
  const client = new pg.Client({ ...addressOf(url, options), ...limit, keepAlive: true })
  // Until it is the caller's, whatever breaks it is told by `connect` and `query`.
  const ignore = () => undefined
  client.on('error', ignore)
  await client.connect()
  try {
    await client.query(settings(url, options, limit.connectionTimeoutMillis))
  } catch (error) {
    void client.end().catch(() => undefined) // why it is of no use, the caller is told
    throw error
  }
  client.off('error', ignore)
  return client
}

/** For as long as `use` takes. */
export async function withSession<T>(
  url: string,
  options: SessionOptions,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await openSession(url, options)
  client.on('error', () => undefined) // the statement under way reports it
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** What a pool makes its connections with. */
export function poolOf(url: string, connections: number, options: SessionOptions = {}): pg.PoolConfig {
  return {
    ...addressOf(url, options),
    max: connections,
    Client: LimitedClient,
    // The pool waits for the promise that this returns, and gives up the connection when it rejects; its types do not say so.
    onConnect: ((client: pg.ClientBase) => client.query(settings(url, options, connectMs))) as (
      client: pg.ClientBase,
    ) => void,
  }
}

/** The pool's own limit would hold for whoever waits for a free connection as well. */
class LimitedClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    // The pool hides the password from whatever lists its options.
    super({ ...config, password: config?.password, connectionTimeoutMillis: connectMs })
  }
}

function addressOf(url: string, { database, name, answerMs }: SessionOptions): pg.ClientConfig {
  return {
    ...connectionString.parseIntoClientConfig(url),
    ...(database && { database }),
    ...(name && { application_name: name }),
    ...(answerMs && { query_timeout: answerMs }),
  }
}

/** A pooler lets us in, and may have no server for us yet: the first statement has a limit of its own. */
const settings = (url: string, options: SessionOptions, limitMs: number): pg.QueryConfig =>
  ({ text: settingsOf(url, options), query_timeout: limitMs }) as pg.QueryConfig

function settingsOf(url: string, { statementMs = 0, lockMs = 0, idleMs = 0, anySchema }: SessionOptions): string {
  const settings = {
    client_encoding: 'UTF8',
    // Prisma's adapter writes and reads timestamps without a zone.
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'postgres',
    bytea_output: 'hex',
    extra_float_digits: '1',
    standard_conforming_strings: 'on',
    default_transaction_isolation: 'read committed',
    ...(!anySchema && { search_path: pg.escapeIdentifier(schemaOf(url)) }),
    statement_timeout: String(statementMs),
    lock_timeout: String(lockMs),
    idle_in_transaction_session_timeout: String(idleMs),
    // A connection that listens, or holds a lock for hours, has nothing to say meanwhile.
    idle_session_timeout: '0',
    transaction_timeout: '0',
  }
  const values = Object.entries(settings).map(
    ([name, value]) => `(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)})`,
  )
  // Older servers have not heard of the last two.
  return `SELECT set_config(name, value, false) FROM (VALUES ${values.join(', ')}) AS wanted (name, value)
    WHERE current_setting(name, true) IS NOT NULL`
}
