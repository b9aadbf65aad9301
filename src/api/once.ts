/**
 * Requests that may come again, by the key that the client gives them: the header `Idempotency-Key` as everywhere on HTTP, or, where
 * a message has no headers (an operation over WebSocket), `extensions.idempotencyKey` beside its query, which any transport carries.
 * `classify`, `classifyMany` and `sendToReview` take it as an argument, too: many upload libraries of phones let an app set nothing else.
 */
import { createHash } from 'node:crypto'
import type { GraphQLResolveInfo } from 'graphql'
import type { Doer } from '../access/doer.js'
import { once as onceIn } from '../access/once.js'
import { badInput } from '../errors.js'
import type { Context } from './context.js'

export interface OnceArguments {
  /** The argument of that name. */
  readonly key?: string | null | undefined
  /** Of one photo among several. */
  readonly index?: number
}

const header = 'idempotency-key'
export const longestKey = 255
/** Visible ASCII. The quotes of a structured header are not part of it. */
const wellFormed = new RegExp(`^[\\x21-\\x7e]{1,${longestKey}}$`)
const unquoted = (key: string) => /^"(.*)"$/.exec(key)?.[1] ?? key

function keyOf({ request, params }: Context, argument: string | null | undefined): string | undefined {
  const given = [request.headers.get(header), params.extensions?.['idempotencyKey'], argument]
  const keys = new Set<string>()
  for (const key of given) {
    if (key === null || key === undefined) continue
    if (typeof key !== 'string' || !wellFormed.test(unquoted(key)))
      throw badInput(
        'idempotencyKey',
        `An Idempotency-Key has 1 to ${longestKey} visible ASCII characters: a random UUID is a good one.`,
      )
    keys.add(unquoted(key))
  }
  if (keys.size > 1) throw badInput('idempotencyKey', 'Two different Idempotency-Keys are given: send one.')
  const [key] = keys
  return key
}

/** By context: the fields of one operation share it. */
const hashes = new WeakMap<Context, Promise<string>>()

/** @returns SHA-256 over the operation, its variables, and the bytes of its files */
function hashOf(context: Context): Promise<string> {
  const known = hashes.get(context)
  if (known) return known
  const { query, operationName, variables } = context.params
  const hash = plain(variables ?? {}).then((values) =>
    createHash('sha256')
      .update(JSON.stringify([query, operationName ?? null, values]))
      .digest('hex'),
  )
  hashes.set(context, hash)
  return hash
}

/** The same for the same variables, in whatever order: files by their content. */
async function plain(value: unknown): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Promise.all(value.map(plain))
  if ('arrayBuffer' in value && typeof value.arrayBuffer === 'function') {
    const bytes = new Uint8Array((await value.arrayBuffer()) as ArrayBuffer)
    return { file: createHash('sha256').update(bytes).digest('hex') }
  }
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Promise.all(entries.map(async ([name, inner]) => [name, await plain(inner)]))
}

/** @throws WasteXError CONFLICT when the key was given to another request; BAD_USER_INPUT; whatever `work` throws */
export async function once<T>(
  context: Context,
  info: GraphQLResolveInfo,
  work: (by: Doer) => Promise<T>,
  { key: argument, index }: OnceArguments = {},
): Promise<T> {
  const { actor, hall } = context
  const key = keyOf(context, argument)
  if (key === undefined) return work({ actor })
  const place = [info.path.key, ...(index === undefined ? [] : [index])].join('.')
  const by: Doer = { actor, receipt: { key, request: await hashOf(context), place } }
  return onceIn(hall.db, by, () => work(by))
}
