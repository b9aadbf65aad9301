/** JSON from outside. */
import { requestError } from './request-error.js'

/** Objects and lists within each other: whatever walks them afterwards may do so by recursion. */
export const maxNesting = 64

/** @param what for the message: “operations” @throws GraphQLError BAD_USER_INPUT */
export function parseJson(text: string, what: string): unknown {
  const value = jsonOf(text)
  if (value === undefined) throw requestError('BAD_USER_INPUT', 400, `${what} is not JSON.`)
  if (isTooDeep(value))
    throw requestError('BAD_USER_INPUT', 400, `${what} is nested more than ${maxNesting} deep. Send it flatter.`)
  return value
}

/** @returns undefined, which no JSON stands for, when it is none. A byte-order mark before it is allowed (RFC 8259, 8.1). */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch {
    return undefined
  }
}

/** Level by level, not by recursion: it may be nested half a million deep. */
function isTooDeep(whole: unknown): boolean {
  let level = [whole].filter(isHolder)
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === maxNesting) return true
    level = level.flatMap((holder) => Object.values(holder).filter(isHolder))
  }
  return false
}

const isHolder = (value: unknown): value is object => typeof value === 'object' && value !== null
