/** Errors of a request that never became an operation: the status goes with them, whatever the client accepts. */
import { GraphQLError } from 'graphql'
import type { ErrorCode } from '../errors.js'

export const requestError = (
  code: ErrorCode,
  status: number,
  message: string,
  details: Readonly<Record<string, number>> = {},
) => new GraphQLError(message, { extensions: { ...details, code, http: { status } } })

/** @param retryAfterMs when there may be room again; HTTP says it in whole seconds */
export const overloaded = (retryAfterMs: number) =>
  new GraphQLError('Too much has been sent at once. Try again in a moment.', {
    extensions: {
      code: 'OVERLOADED' satisfies ErrorCode,
      retryAfterMs,
      http: { status: 503, headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) } },
    },
  })
