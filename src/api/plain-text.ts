/** PostgreSQL's text holds no U+0000: a string with one in it is refused here, rather than by every field for itself. */
import { type DocumentNode, type ExecutionArgs, type GraphQLError, visit } from 'graphql'
import { refusing } from './refusing.js'
import { requestError } from './request-error.js'

/** By a list of what is left, not by recursion: a socket's message may be nested some thousand deep. */
function hasNul(whole: unknown): boolean {
  const left = [whole]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value === 'string' && value.includes('\0')) return true
    if (Array.isArray(value) || isPlain(value)) for (const inner of Object.values(value)) left.push(inner)
  }
  return false
}

/** Not a file. */
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object)

function documentHasNul(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    StringValue: ({ value }) => {
      found ||= value.includes('\0')
    },
  })
  return found
}

function refusal(args: ExecutionArgs): GraphQLError | undefined {
  if (!hasNul(args.variableValues) && !documentHasNul(args.document)) return undefined
  return requestError('BAD_USER_INPUT', 400, 'A text must not contain the character U+0000.')
}

export const usePlainText = () => refusing(refusal)
