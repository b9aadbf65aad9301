/** What a client sees of an error: one that was meant for it as it is, any other as an id that the log has too. */
import { randomUUID } from 'node:crypto'
import { storageFull } from '../disk.js'
import { WasteXError } from '../errors.js'
import type { Log } from '../log.js'
import { currentRequest, type RequestInHand } from '../request.js'

export interface ClientError {
  readonly code: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

export function errorForClient(error: unknown, log: Log): ClientError {
  if (error instanceof WasteXError) return { code: error.code, message: error.message, details: error.details }
  if (isDatabaseFull(error)) {
    log.error({ error }, 'the database has no room left')
    return errorForClient(storageFull(), log)
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
export const withRequestId = <E extends object>(extensions: E, request?: RequestInHand): E & { requestId?: string } => {
  const { id } = request ?? currentRequest() ?? {}
  return id === undefined ? extensions : { ...extensions, requestId: id }
}

/** PostgreSQL's `disk_full`, wherever Prisma has put it. */
function isDatabaseFull(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { originalCode, code, cause, meta } = error as Record<string, unknown>
  if (originalCode === '53100' || code === '53100') return true
  const { driverAdapterError } = (meta ?? {}) as Record<string, unknown>
  return isDatabaseFull(cause) || isDatabaseFull(driverAdapterError)
}
