/**
 * Errors that a client is meant to read. Anything else that is thrown is a bug: it is logged whole, and the client sees
 * `INTERNAL_SERVER_ERROR` with an id (api/error-shape.ts).
 */

export const httpStatusOf = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TRAINING_IN_PROGRESS: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_IMAGE: 415,
  OVERLOADED: 503,
  /** Unlike with OVERLOADED, a change may have been saved. */
  DATABASE_UNAVAILABLE: 503,
  NO_MODEL: 503,
  TRAINING_UNAVAILABLE: 503,
  STORAGE_FULL: 507,
  TIMED_OUT: 504,
} as const

export type ErrorCode = keyof typeof httpStatusOf

export class WasteXError extends Error {
  override readonly name = 'WasteXError'

  /**
   * @param details goes into the GraphQL error's `extensions` beside `code`.
   * @param options its cause, for the log
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, string | number | readonly string[] | readonly number[]>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** @param field the argument that makes no sense, as a path in the operation: `input.stage2.layers`. */
export const badInput = (field: string, message: string) => new WasteXError('BAD_USER_INPUT', message, { field })
export const notFound = (what: string, name: string) => new WasteXError('NOT_FOUND', `There is no ${what} “${name}”.`)
/** @param field the argument that something else stands against, if it is one alone */
export const conflict = (message: string, field?: string) =>
  new WasteXError('CONFLICT', message, field === undefined ? {} : { field })

/** What a client is meant to read, as a value: whoever answers says it in its own way. @throws anything else */
export function forClients(error: unknown): WasteXError {
  if (error instanceof WasteXError) return error
  throw error
}

/** The message of anything that was thrown, for logs and for the `error` of a run. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
