/** Every error has a code and the id of its request, none tells more than the client should know, and the HTTP status goes with it. */
import { type ExecutionResult, GraphQLError, Kind } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Log } from '../log.js'
import { errorForClient, withRequestId } from './errors-for-clients.js'
import { isResult } from './execution-result.js'
import { httpOf, type HttpSide, withHttp } from './http-error.js'
import { rewriteError } from './rewrite-error.js'

/** Yoga calls it for everything that a resolver, a parser or a plugin threw. */
export const maskWith =
  (log: Log) =>
  (error: unknown): GraphQLError => {
    const cause = causeOf(error)
    if (cause instanceof GraphQLError && error instanceof GraphQLError && !isFault(error)) return error
    const { code, message, details } = errorForClient(cause, log)
    const extensions = { ...details, code }
    if (error instanceof GraphQLError) return rewriteError(error, { message, extensions })
    return new GraphQLError(message, { extensions: withHttp(extensions) })
  }

/** What was really thrown, below the GraphQLErrors that say where. */
const causeOf = (error: unknown): unknown =>
  error instanceof GraphQLError && error.originalError !== undefined ? causeOf(error.originalError) : error

/**
 * GraphQL's own errors, and ours of a request, are meant for the client. One without a code at a place of the answer is a
 * resolver that has answered something its type does not allow.
 */
const isFault = ({ path, extensions }: GraphQLError) => path !== undefined && extensions['code'] === undefined

/** Introspection may be off one day; a mistyped name must not be a way around it. */
const withoutSuggestion = (message: string) => message.replace(/ ?Did you mean .*$/s, '')

function withCode(error: GraphQLError, code: string): GraphQLError {
  if (error.extensions['code'] !== undefined) return error
  const variable = error.nodes?.find((node) => node.kind === Kind.VARIABLE_DEFINITION)
  const field = variable?.kind === Kind.VARIABLE_DEFINITION ? { field: variable.variable.name.value } : {}
  return rewriteError(error, {
    message: withoutSuggestion(error.message),
    originalError: error.originalError,
    extensions: { ...error.extensions, code, ...field },
  })
}

/** Errors of GraphQL itself about what the client sent (a variable of the wrong type): they have no place in the answer. */
const coded = (result: ExecutionResult): ExecutionResult =>
  result.errors
    ? { ...result, errors: result.errors.map((error) => (error.path ? error : withCode(error, 'BAD_USER_INPUT'))) }
    : result

const withId = (error: GraphQLError): GraphQLError =>
  rewriteError(error, {
    message: error.message,
    originalError: error.originalError,
    extensions: withRequestId(error.extensions),
  })

/** What HTTP says of an operation of which nothing is left; undefined when some root field has answered. */
function failureOf({ data, errors }: ExecutionResult): HttpSide | undefined {
  if (!errors?.length) return undefined
  const failed = new Set(errors.map(({ path }) => path?.[0]))
  if (data && !Object.keys(data).every((key) => data[key] === null && failed.has(key))) return undefined
  return httpOf(errors[0]?.extensions ?? {})
}

export const useErrorShape = (): Plugin => ({
  onParse:
    () =>
    ({ result, replaceParseResult }) => {
      if (result instanceof GraphQLError) replaceParseResult(withCode(result, 'GRAPHQL_PARSE_FAILED'))
    },
  onValidate:
    () =>
    ({ result, setResult }) => {
      setResult(result.map((error) => withCode(error as GraphQLError, 'GRAPHQL_VALIDATION_FAILED')))
    },
  onExecute: () => ({
    onExecuteDone({ result, setResult }) {
      if (isResult(result)) setResult(coded(result))
    },
  }),
  onSubscribe: () => ({
    onSubscribeResult({ result, setResult }) {
      if (isResult(result)) setResult(coded(result))
    },
  }),
  onExecutionResult(executed) {
    const { result } = executed
    if (!isResult(result)) return
    const http = failureOf(result)
    if (http) executed.setResult({ ...result, extensions: { ...result.extensions, http } })
  },
  // At the very end: what is validated is kept for others who send the same, the id is not theirs. Of a socket: sockets.ts.
  onResultProcess(processed) {
    const { result } = processed
    if (isResult(result) && result.errors) processed.setResult({ ...result, errors: result.errors.map(withId) })
  },
})
