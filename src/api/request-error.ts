/** Errors of a request that never became an operation: the status goes with them, whatever the client accepts. */
import { GraphQLError } from 'graphql'
import type { ErrorCode } from '../errors.js'

export const requestError = (code: ErrorCode, status: number, message: string) =>
  new GraphQLError(message, { extensions: { code, http: { status } } })
