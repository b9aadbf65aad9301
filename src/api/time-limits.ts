/**
 * How long an operation may take. A query reads through connections whose statements PostgreSQL itself ends at that time; a
 * mutation that is given up may still be done, and says so. An import answers when it is done, whenever that is.
 */
import { getOperationAST, Kind, type OperationDefinitionNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { PrismaClient } from '../db.js'
import { WasteXError } from '../errors.js'
import type { Context } from './context.js'

export const timeLimits = Object.freeze({
  /** Of a mutation that only classifies. */
  classifyMs: 30_000,
  /** Of any other mutation. */
  mutationMs: 300_000,
})

const endless: ReadonlySet<string> = new Set(['importDataset'])
const ofPhotos: ReadonlySet<string> = new Set(['classify', 'classifyMany'])

function limitOf({ operation, selectionSet }: OperationDefinitionNode, queryMs: number): number | undefined {
  if (operation === 'query') return queryMs
  // A fragment says nothing of its fields here: it has the longer time.
  const names = selectionSet.selections.map((node) => (node.kind === Kind.FIELD ? node.name.value : ''))
  if (names.some((name) => name === '' || endless.has(name)))
    return names.includes('') ? timeLimits.mutationMs : undefined
  return names.every((name) => ofPhotos.has(name)) ? timeLimits.classifyMs : timeLimits.mutationMs
}

const tooLong = (limitMs: number, mayBeDone: boolean) =>
  new WasteXError(
    'TIMED_OUT',
    `The operation took more than ${limitMs / 1_000} s and was given up. ` +
      (mayBeDone ? 'It may still be done: look before you send it again.' : 'Ask for less, or try again later.'),
    { limitMs },
  )

/** @param reading connections whose statements end after `queryMs` */
export const useTimeLimits = (queryMs: number, reading: PrismaClient): Plugin<Context> => ({
  onExecute({ args, extendContext, setExecuteFn, executeFn }) {
    const operation = getOperationAST(args.document, args.operationName)
    const limitMs = operation ? limitOf(operation, queryMs) : undefined
    if (!operation || limitMs === undefined) return
    if (operation.operation === 'query') extendContext({ hall: { ...args.contextValue.hall, db: reading } })
    const stop = new AbortController()
    setExecuteFn(async (given) => {
      const timer = setTimeout(() => stop.abort(tooLong(limitMs, operation.operation === 'mutation')), limitMs)
      try {
        // The executor (@graphql-tools/executor, by yoga) ends with the signal's reason; its type does not know it.
        return await executeFn({ ...given, signal: stop.signal } as typeof given)
      } finally {
        clearTimeout(timer)
      }
    })
  },
})
