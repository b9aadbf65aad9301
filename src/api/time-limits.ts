/**
 * How long an operation may take. A query reads through connections whose statements PostgreSQL itself ends at that time; a
 * mutation that is given up may still be done, and says so. An import answers when it is done, whenever that is.
 */
import {
  type DocumentNode,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { PrismaClient } from '../db.js'
import type { ErrorCode } from '../errors.js'
import type { Context } from './context.js'
import { type Fragments, fragmentsOf } from './fragments.js'

export const timeLimits = Object.freeze({
  /** Of a mutation that only classifies. */
  classifyMs: 30_000,
  /** Of any other mutation. */
  mutationMs: 300_000,
})

const endless: ReadonlySet<string> = new Set(['importDataset'])
const ofPhotos: ReadonlySet<string> = new Set(['classify', 'classifyMany', 'sendToReview'])

/** @param document that the operation stands in @returns milliseconds; undefined: none */
export function limitOf(
  { operation, selectionSet }: OperationDefinitionNode,
  document: DocumentNode,
  queryMs: number,
): number | undefined {
  if (operation === OperationTypeNode.QUERY) return queryMs
  const names = rootFields(selectionSet, fragmentsOf(document))
  if (names.some((name) => endless.has(name))) return undefined
  return names.every((name) => ofPhotos.has(name)) ? timeLimits.classifyMs : timeLimits.mutationMs
}

/** Those in fragments among them, by whatever way: an import may stand in one. */
function rootFields({ selections }: SelectionSetNode, fragments: Fragments, entered = new Set<string>()): string[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node.name.value]
    if (node.kind === Kind.INLINE_FRAGMENT) return rootFields(node.selectionSet, fragments, entered)
    const fragment = fragments.get(node.name.value)
    if (!fragment || entered.has(node.name.value)) return []
    entered.add(node.name.value)
    return rootFields(fragment.selectionSet, fragments, entered)
  })
}

/** In the words of `errors.ts`, and as a result: a socket's executor must not throw. */
const tooLong = (limitMs: number, mayBeDone: boolean): ExecutionResult => {
  const said = `The operation took more than ${limitMs / 1_000} s and was given up.`
  const advice = mayBeDone
    ? 'It may still be done: look before you send it again.'
    : 'Ask for less, or try again later.'
  return {
    errors: [new GraphQLError(`${said} ${advice}`, { extensions: { code: 'TIMED_OUT' satisfies ErrorCode, limitMs } })],
  }
}

/** @param reading connections whose statements end after `queryMs` */
export const useTimeLimits = (queryMs: number, reading: PrismaClient): Plugin<Context> => ({
  onExecute({ args, extendContext, setExecuteFn, executeFn }) {
    const operation = getOperationAST(args.document, args.operationName)
    const limitMs = operation ? limitOf(operation, args.document, queryMs) : undefined
    if (!operation || limitMs === undefined) return
    if (operation.operation === OperationTypeNode.QUERY)
      extendContext({ hall: { ...args.contextValue.hall, db: reading } })
    const stop = new AbortController()
    setExecuteFn(async (given): Promise<ExecutionResult> => {
      const timer = setTimeout(() => stop.abort(), limitMs)
      try {
        // The executor (@graphql-tools/executor, by yoga) ends when the signal says so; its type does not know it.
        return (await executeFn({ ...given, signal: stop.signal } as typeof given)) as ExecutionResult
      } catch (error) {
        if (!stop.signal.aborted) throw error
        return tooLong(limitMs, operation.operation === OperationTypeNode.MUTATION)
      } finally {
        clearTimeout(timer)
      }
    })
  },
})
