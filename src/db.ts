/** The one door to PostgreSQL: Prisma for rows, and a plain pool for LISTEN and for locks that live as long as a process. */
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { openSession, poolOf, schemaOf } from './database/session.js'
import { Prisma, PrismaClient } from './generated/prisma/client.js'

export { Prisma, PrismaClient }
export type * from './generated/prisma/client.js'

/** A client, or the client of a transaction: what a function needs that only reads and writes. */
export type Db = Prisma.TransactionClient

/**
 * A statement that begins with such a comment is parsed and planned once a connection, and not each time: for those that phones
 * wait for, and whose plan does not depend on their values. (Prisma's own are many: a list of ids makes one for each length.)
 */
const preparedAs = /^\s*\/\* prepared: (\w+) \*\//
/** pg takes the lack of a name as a statement for once; the adapter's type has not heard of it. */
const nameOfStatement = ({ sql }: { sql: string }) => preparedAs.exec(sql)?.[1] as string

/** A house that hangs must not hold up the others for ever, nor a phone's connection. */
export const lockLimits = Object.freeze({
  /** How long a statement waits for what another transaction holds; the longest transaction but those on versions takes 60 s. */
  waitMs: 50_000,
  /** The same where versions are made: a million entries take half a minute, each. */
  versionsMs: 300_000,
  /** How long a transaction may do nothing before it is undone. */
  idleMs: 300_000,
})

/**
 * @param connections at most so many at a time; further queries wait.
 * @param statementMs PostgreSQL ends a statement that takes longer; left out: none
 * @param locks how long locks are waited for and held by one that does nothing; left out: for ever, as a backup needs it
 */
export function connect(
  url: string,
  connections = 10,
  statementMs = 0,
  locks?: { readonly waitMs: number; readonly idleMs: number },
): PrismaClient {
  // Prisma gives up on a transaction that waits 2 s for a connection: with a burst of uploads that is soon.
  const transactionOptions = { maxWait: 20_000, timeout: 60_000 }
  const pool = poolOf(url, connections, { statementMs, lockMs: locks?.waitMs ?? 0, idleMs: locks?.idleMs ?? 0 })
  const adapter = new PrismaPg(pool, { schema: schemaOf(url), statementNameGenerator: nameOfStatement })
  return new PrismaClient({ transactionOptions, adapter })
}

/** A connection of its own, outside the pool. A lost one is the caller's to replace (`error`, `end`). */
export const connectAlone = (url: string): Promise<pg.Client> => openSession(url)

/** What time it is for all servers of a database: whatever one of them writes and another one compares is of this clock. */
export async function databaseTime(db: Db): Promise<Date> {
  const [row] = await db.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp()::timestamptz(3) AS now`
  if (!row) throw new Error('the database did not say what time it is')
  return row.now
}

/** Prisma's code for a broken unique index. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'

/** Prisma's code for a row that another one still names, or that names one which is not there. */
export const isForeignKeyViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003'

/** An id as PostgreSQL takes it. */
export const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
