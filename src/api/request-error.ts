/** Errors of a request that never became an operation: the status goes with them, whatever the client accepts. */
import { GraphQLError } from 'graphql'
import type { ErrorCode } from '../errors.js'
import { withHttp } from './http-error.js'

export const requestError = (
  code: ErrorCode,
  status: number,
  message: string,
  details: Readonly<Record<string, number>> = {},
  headers: Readonly<Record<string, string>> = {},
) => new GraphQLError(message, { extensions: { ...details, code, http: { status, headers } } })

/**
 * @param retryAfterMs when there may be room again
 * @param why a sentence that names the limit
 */
export const overloaded = (retryAfterMs: number, why: string) =>
  new GraphQLError(`${why} Try again in a moment.`, {
    extensions: withHttp({ code: 'OVERLOADED' satisfies ErrorCode, retryAfterMs }),
  })
