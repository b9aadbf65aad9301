/** Every error has a code, none tells more than the client should know, and the HTTP status goes with it. */
import { type ExecutionResult, GraphQLError, Kind } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { httpStatusOf } from '../errors.js'
import type { Log } from '../log.js'
import { errorForClient } from './errors-for-clients.js'
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
    return new GraphQLError(message, { extensions: { ...extensions, http: { status: statusOf(code) ?? 500 } } })
  }

/** What was really thrown, below the GraphQLErrors that say where. */
const causeOf = (error: unknown): unknown =>
  error instanceof GraphQLError && error.originalError !== undefined ? causeOf(error.originalError) : error

/**
 * GraphQL's own errors, and ours of a request, are meant for the client. One without a code at a place of the answer is a
 * resolver that has answered something its type does not allow.
 */
const isFault = ({ path, extensions }: GraphQLError) => path !== undefined && extensions['code'] === undefined

const statusOf = (code: unknown): number | undefined =>
  typeof code === 'string' && Object.hasOwn(httpStatusOf, code)
    ? httpStatusOf[code as keyof typeof httpStatusOf]
    : code === 'INTERNAL_SERVER_ERROR'
      ? 500
      : undefined

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

const isResult = (result: unknown): result is ExecutionResult =>
  typeof result === 'object' && result !== null && !(Symbol.asyncIterator in result)

/** The status of an operation of which nothing is left; undefined when some root field has answered. */
function failureStatus({ data, errors }: ExecutionResult): number | undefined {
  if (!errors?.length) return undefined
  const failed = new Set(errors.map(({ path }) => path?.[0]))
  if (data && !Object.keys(data).every((key) => data[key] === null && failed.has(key))) return undefined
  return statusOf(errors[0]?.extensions['code'])
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
    const status = failureStatus(result)
    if (status !== undefined) executed.setResult({ ...result, extensions: { ...result.extensions, http: { status } } })
  },
})
