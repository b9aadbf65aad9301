/**
 * How large a document may be, and an operation, over HTTP and WebSocket alike. Of the document as little is asked as keeps parsing
 * and validating it short; the rest is counted over the operation that is executed, fragments expanded: its neighbours cost nothing.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  type GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
  visit,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { fragmentsOf } from './fragments.js'
import { costOf } from './operation-cost.js'
import { refusing } from './refusing.js'
import { requestError } from './request-error.js'

export const documentLimits = {
  /** Of the whole document: it is kept, parsed, for whoever sends it again. */
  characters: 32_768,
  /** Lexical tokens of the whole document. */
  tokens: 5_000,
  /** Fields of the whole document: to validate them, each is compared with each that has its name. Ours has 121, introspection 73. */
  fieldsWritten: 500,
  /** Fields within fields; the standard introspection query has 15. */
  depth: 20,
  /** Fields in all. */
  fields: 1_000,
  aliases: 30,
  directives: 50,
  /** Fields of the answer, with every list as long as it may be. */
  cost: 25_000,
} as const

const ofOperation = ['depth', 'fields', 'aliases', 'directives'] as const
type Size = Record<(typeof ofOperation)[number], number>

function measure(document: DocumentNode, operationName: string | null | undefined): Size | undefined {
  const operation = getOperationAST(document, operationName)
  if (!operation) return undefined
  const fragments = fragmentsOf(document)
  // Each fragment is measured once: spread in spread in spread would otherwise take for ever. Validation has refused circles.
  const known = new Map<string, Size>()
  const fragment = (name: string): Size => {
    const definition = fragments.get(name)
    const size = known.get(name) ?? (definition ? of(definition.selectionSet) : { ...nothing })
    known.set(name, size)
    return size
  }
  const of = (set: SelectionSetNode): Size => {
    const sum = { ...nothing }
    for (const node of set.selections) {
      const inner =
        node.kind === Kind.FRAGMENT_SPREAD
          ? fragment(node.name.value)
          : node.selectionSet
            ? of(node.selectionSet)
            : nothing
      const own = node.kind === Kind.FIELD ? 1 : 0
      sum.fields += inner.fields + own
      sum.aliases += inner.aliases + (node.kind === Kind.FIELD && node.alias ? 1 : 0)
      sum.directives += inner.directives + (node.directives?.length ?? 0)
      sum.depth = Math.max(sum.depth, inner.depth + own)
    }
    return sum
  }
  const size = of(operation.selectionSet)
  return { ...size, directives: size.directives + (operation.directives?.length ?? 0) }
}

const nothing: Size = { depth: 0, fields: 0, aliases: 0, directives: 0 }

function excess({ schema, document, operationName, variableValues }: ExecutionArgs): GraphQLError | undefined {
  const size = measure(document, operationName)
  for (const what of ofOperation) {
    if (size && size[what] > documentLimits[what])
      return tooMuch('operation', what, size[what], 'Ask for it in several operations.')
  }
  const operation = getOperationAST(document, operationName)
  const cost = operation ? costOf(schema, operation, fragmentsOf(document), variableValues ?? {}) : 0
  return cost > documentLimits.cost
    ? tooMuch('operation', 'cost', cost, 'Ask for smaller pages (`first`), or for less below them.')
    : undefined
}

function tooMuch(
  of: 'document' | 'operation',
  what: Exclude<keyof typeof documentLimits, 'tokens'>,
  size: number,
  advice: string,
): GraphQLError {
  const limit = documentLimits[what]
  const named = what === 'fieldsWritten' ? 'fields' : what
  const said = `The ${of}’s ${named}: ${size}, at most ${limit}. ${advice}`
  return requestError('BAD_USER_INPUT', 400, said, { [named]: size, limit })
}

/** @throws GraphQLError; what is too long is not even read */
function parseWithin(...[source, options]: Parameters<typeof parse>): DocumentNode {
  const { length } = typeof source === 'string' ? source : source.body
  const advice = 'Send each operation in a document of its own.'
  if (length > documentLimits.characters) throw tooMuch('document', 'characters', length, advice)
  const document = parsed(source, options)
  let fields = 0
  visit(document, { Field: () => void fields++ })
  if (fields > documentLimits.fieldsWritten) throw tooMuch('document', 'fieldsWritten', fields, advice)
  return document
}

const parsed: typeof parse = (source, options) => {
  try {
    return parse(source, { ...options, maxTokens: documentLimits.tokens })
  } catch (error) {
    // The parser calls itself for whatever is nested.
    if (!(error instanceof RangeError)) throw error
    throw requestError('BAD_USER_INPUT', 400, 'The document is nested too deeply. Ask for less in it.')
  }
}

export const useDocumentLimits = (): Plugin => ({
  ...refusing(excess),
  onParse: ({ setParseFn }) => setParseFn(parseWithin),
})
