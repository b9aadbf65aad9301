/** What an error of PostgreSQL, of `pg` or of Prisma says about the database, rather than about what was asked of it. */

/**
 * - `UNAVAILABLE`: it cannot be reached, or the connection broke: what was being committed may be saved or not
 * - `STARTING`: it answers that it starts or stops
 * - `READ_ONLY`: it takes no changes, as a standby does
 * - `FULL`: its disk has no room left
 * - `LOCKED`: a lock was waited for too long
 */
export type DatabaseFailure = 'UNAVAILABLE' | 'STARTING' | 'READ_ONLY' | 'FULL' | 'LOCKED'

/** SQLSTATE, Prisma's codes, the system's codes, kinds of Prisma's adapter. */
const byCode: Readonly<Record<string, DatabaseFailure>> = {
  '57P03': 'STARTING',
  '25006': 'READ_ONLY',
  '53100': 'FULL',
  '55P03': 'LOCKED',
  // It was shut down, has crashed, was deleted; a standby recovers; there are too many connections.
  '57P01': 'UNAVAILABLE',
  '57P02': 'UNAVAILABLE',
  '57P04': 'UNAVAILABLE',
  '57P05': 'UNAVAILABLE',
  '53300': 'UNAVAILABLE',
  // The server could not be reached, has closed the connection; no free connection in time.
  P1001: 'UNAVAILABLE',
  P1002: 'UNAVAILABLE',
  P1008: 'UNAVAILABLE',
  P1017: 'UNAVAILABLE',
  P2024: 'UNAVAILABLE',
  P2037: 'UNAVAILABLE',
  ECONNREFUSED: 'UNAVAILABLE',
  ECONNRESET: 'UNAVAILABLE',
  ECONNABORTED: 'UNAVAILABLE',
  EPIPE: 'UNAVAILABLE',
  ETIMEDOUT: 'UNAVAILABLE',
  EHOSTUNREACH: 'UNAVAILABLE',
  EHOSTDOWN: 'UNAVAILABLE',
  ENETUNREACH: 'UNAVAILABLE',
  ENOTFOUND: 'UNAVAILABLE',
  EAI_AGAIN: 'UNAVAILABLE',
  DatabaseNotReachable: 'UNAVAILABLE',
  ConnectionClosed: 'UNAVAILABLE',
  SocketTimeout: 'UNAVAILABLE',
  TooManyConnections: 'UNAVAILABLE',
}
const socketMissing = /^connect ENOENT /m
/** Connection exceptions. */
const connectionClass = /^08\w{3}$/
/** `pg` gives these no code. They are its own, in English whatever the server speaks. */
const byMessage =
  /^(Connection terminated|Query read timeout|timeout expired|timeout exceeded when trying to connect|Client (has encountered a connection error|was closed) and is not queryable)/

const noTransaction = /Unable to start a transaction in the given time/

/** @returns undefined: the database does its work, and the error is about something else */
export function databaseFailure(error: unknown): DatabaseFailure | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { originalCode, code, kind, cause, meta, message, syscall } = error as Record<string, unknown>
  for (const one of [originalCode, code, kind]) {
    if (typeof one !== 'string') continue
    const known = byCode[one] ?? (connectionClass.test(one) ? 'UNAVAILABLE' : undefined)
    if (known) return known
  }
  // A server that does not run has no socket. Prisma keeps of such an error its code and message only.
  if (code === 'ENOENT' && (syscall === 'connect' || socketMissing.test(String(message)))) return 'UNAVAILABLE'
  if (typeof message === 'string' && byMessage.test(message)) return 'UNAVAILABLE'
  // Of a transaction only this: others with its code were begun.
  if (code === 'P2028' && noTransaction.test(String(message))) return 'UNAVAILABLE'
  const { driverAdapterError } = (meta ?? {}) as Record<string, unknown>
  return databaseFailure(cause) ?? databaseFailure(driverAdapterError)
}
