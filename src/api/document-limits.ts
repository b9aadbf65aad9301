/**
 * How large an operation may be, over HTTP and WebSocket alike. Counted over the operation that is executed, fragments
 * expanded: its neighbours in the document cost nothing.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  type GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { costOf } from './operation-cost.js'
import { requestError } from './request-error.js'

export const documentLimits = {
  /** Lexical tokens of the whole document, before anything else is done with it. */
  tokens: 5_000,
  /** Fields within fields; the standard introspection query has 15. */
  depth: 20,
  /** Fields in all. */
  fields: 1_000,
  aliases: 30,
  directives: 50,
  /** Fields of the answer, with every list as long as it may be. */
  cost: 25_000,
} as const

type Size = Record<Exclude<keyof typeof documentLimits, 'tokens' | 'cost'>, number>

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

const fragmentsOf = (document: DocumentNode) =>
  new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  )

const nothing: Size = { depth: 0, fields: 0, aliases: 0, directives: 0 }

function excess({ schema, document, operationName, variableValues }: ExecutionArgs): GraphQLError | undefined {
  const size = measure(document, operationName)
  for (const what of ['depth', 'fields', 'aliases', 'directives'] as const) {
    if (size && size[what] > documentLimits[what]) return tooMuch(what, size[what], 'Ask for it in several operations.')
  }
  const operation = getOperationAST(document, operationName)
  const cost = operation ? costOf(schema, operation, fragmentsOf(document), variableValues ?? {}) : 0
  return cost > documentLimits.cost
    ? tooMuch('cost', cost, 'Ask for smaller pages (`first`), or for less below them.')
    : undefined
}

function tooMuch(what: Exclude<keyof typeof documentLimits, 'tokens'>, size: number, advice: string): GraphQLError {
  const limit = documentLimits[what]
  const said = `The operation’s ${what}: ${size}, at most ${limit}. ${advice}`
  return requestError('BAD_USER_INPUT', 400, said, { [what]: size, limit })
}

export const useDocumentLimits = (): Plugin => ({
  onParse({ setParseFn }) {
    setParseFn((source, options) => {
      try {
        return parse(source, { ...options, maxTokens: documentLimits.tokens })
      } catch (error) {
        // The parser calls itself for whatever is nested.
        if (!(error instanceof RangeError)) throw error
        throw requestError('BAD_USER_INPUT', 400, 'The document is nested too deeply. Ask for less in it.')
      }
    })
  },
  onExecute({ args, setResultAndStopExecution }) {
    const error = excess(args)
    if (error) setResultAndStopExecution({ errors: [error] })
  },
  onSubscribe({ args, setResultAndStopExecution }) {
    const error = excess(args)
    if (error) setResultAndStopExecution({ errors: [error] })
  },
})
