import type { ExecutionResult } from 'graphql'

/** Not a stream of them. */
export const isResult = (result: unknown): result is ExecutionResult =>
  typeof result === 'object' && result !== null && !(Symbol.asyncIterator in result)
