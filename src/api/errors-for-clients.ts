/** What a client sees of an error: one that was meant for it as it is, any other as an id that the log has too. */
import { randomUUID } from 'node:crypto'
import { type DatabaseFailure, databaseFailure } from '../database/failure.js'
import { storageFull } from '../disk.js'
import { WasteXError } from '../errors.js'
import type { Log } from '../log.js'
import { currentRequest } from '../request.js'
import { noteFull } from './readiness.js'

export interface ClientError {
  readonly code: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

export function errorForClient(error: unknown, log: Log): ClientError {
  if (error instanceof WasteXError) return { code: error.code, message: error.message, details: error.details }
  const failure = databaseFailure(error)
  if (failure) {
    log.error({ error }, `the database failed: ${failure}`)
    if (failure === 'FULL') noteFull(log)
    return errorForClient(told[failure](), log)
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

/** About so long a restart of the database takes. */
const retryAfterMs = 2_000
const unavailable = (message: string) => () => new WasteXError('DATABASE_UNAVAILABLE', message, { retryAfterMs })
const isAway = unavailable(
  'The database is not answering. Try again shortly. If this was to change something, that may have been saved all the same: look before you send it again, or send it with an Idempotency-Key, which does nothing twice.',
)

const told: Readonly<Record<DatabaseFailure, () => WasteXError>> = {
  UNAVAILABLE: isAway,
  STARTING: isAway,
  READ_ONLY: unavailable('The database takes no changes at the moment. Nothing was saved; try again shortly.'),
  FULL: () => storageFull(),
  LOCKED: () =>
    new WasteXError(
      'TIMED_OUT',
      'Another operation held what this would change for too long. Nothing was saved; try again later.',
    ),
}
