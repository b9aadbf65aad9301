/** What a client sees of an error: one that was meant for it as it is, any other as an id that the log has too. */
import { randomUUID } from 'node:crypto'
import { storageFull } from '../disk.js'
import { WasteXError } from '../errors.js'
import type { Log } from '../log.js'
import { currentRequest } from '../request.js'

export interface ClientError {
  readonly code: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

export function errorForClient(error: unknown, log: Log): ClientError {
  if (error instanceof WasteXError) return { code: error.code, message: error.message, details: error.details }
  if (isOfDatabase(error, diskFull)) {
    log.error({ error }, 'the database has no room left')
    return errorForClient(storageFull(), log)
  }
  if (isOfDatabase(error, lockNotAvailable)) {
    log.error({ error }, 'a lock was waited for too long')
    return errorForClient(new WasteXError('TIMED_OUT', heldTooLong), log)
  }
  // By it the log has all that belongs to the request.
  const id = currentRequest()?.id ?? randomUUID()
  log.error({ error, id }, 'unexpected error')
  return {
    code: 'INTERNAL_SERVER_ERROR',
    message: `Something went wrong on this server. Its log has more under ${id}.`,
    details: { id, requestId: id },
  }
}

/** Whoever has lost the headers of an answer, or never had any, still can name the request that the log knows. */
export const withRequestId = <E extends object>(extensions: E): E & { requestId?: string } => {
  const id = currentRequest()?.id
  return id === undefined ? extensions : { ...extensions, requestId: id }
}

/** PostgreSQL's own names and codes of them. */
const diskFull = '53100'
const lockNotAvailable = '55P03'
const heldTooLong = 'Something else has held for too long what this would change. It was given up: try again later.'

/** Wherever Prisma has put it. */
function isOfDatabase(error: unknown, postgresCode: string): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { originalCode, code, cause, meta } = error as Record<string, unknown>
  if (originalCode === postgresCode || code === postgresCode) return true
  const { driverAdapterError } = (meta ?? {}) as Record<string, unknown>
  return isOfDatabase(cause, postgresCode) || isOfDatabase(driverAdapterError, postgresCode)
}
