/** JSON from outside. */
import { requestError } from './request-error.js'

/** Objects and lists within each other: whatever walks them afterwards may do so by recursion. */
export const maxNesting = 64

/** @param what for the message: “operations” @throws GraphQLError BAD_USER_INPUT */
export function parseJson(text: string, what: string): unknown {
  if (nestingOf(text) > maxNesting)
    throw requestError('BAD_USER_INPUT', 400, `${what} is nested more than ${maxNesting} deep. Send it flatter.`)
  try {
    return JSON.parse(text)
  } catch {
    throw requestError('BAD_USER_INPUT', 400, `${what} is not JSON.`)
  }
}

function nestingOf(text: string): number {
  let [depth, deepest] = [0, 0]
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth)
    else if (token === ']' || token === '}') depth--
  }
  return deepest
}
