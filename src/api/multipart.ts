/**
 * The GraphQL multipart request specification (https://github.com/jaydenseric/graphql-multipart-request-spec), with every
 * mistake of a client answered as one: what `map` says is checked before it touches `operations`.
 */
import { GraphQLError } from 'graphql'
import { z } from 'zod'
import { counted } from './counted-body.js'
import { OperationParameters, shapeOfOperation } from './operation-parameters.js'
import { parseJson } from './parse-json.js'
import { requestError } from './request-error.js'

export const multipartLimits = Object.freeze({
  /** Files a request. */
  files: 8,
  /** Entries of `map`. */
  mapEntries: 16,
  /** Bytes of a multipart request in all: eight photos of the largest size, and something for the text around them. */
  bytes: 84 * 1024 * 1024,
  /** Multipart requests in hand, and their bytes: more are refused before they are read. */
  inHand: 128,
  bytesInHand: 512 * 1024 * 1024,
  /** The part of both that one token may have: who trickles or repeats its uploads leaves the others theirs. */
  shareOfToken: 0.25,
})
/** The same, for the schema. */
export const maxUploads = multipartLimits.files

/** One place a file: a file that stands in two places would be decoded twice for the price of one. */
const FileMap = z.record(z.string(), z.tuple([z.string()]))

const bad = (message: string) => requestError('BAD_USER_INPUT', 400, `Multipart request: ${message}`)

function parsePart<T>(form: FormData, name: string, schema: z.ZodType<T>, shape: string): T {
  const part = form.get(name)
  if (typeof part !== 'string') throw bad(`the field “${name}” is missing or is a file.`)
  const parsed = schema.safeParse(parseJson(part, `Multipart request: “${name}”`))
  if (!parsed.success) throw bad(`“${name}” must be ${shape}.`)
  return parsed.data
}

/** Puts a file where `null` stands. Only own properties are walked: a path cannot reach a prototype. */
function place(operations: object, path: string, file: File): void {
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  let holder: unknown = operations
  for (const step of steps) {
    holder = isHolder(holder) && Object.hasOwn(holder, step) ? holder[step] : undefined
  }
  if (steps[0] !== 'variables' || !isHolder(holder) || !Object.hasOwn(holder, last) || holder[last] !== null) {
    throw bad(`“map” points at “${path}”, which is no variable that is null.`)
  }
  holder[last] = file
}

const isHolder = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** @param count called with the size of each chunk; what it throws ends the reading */
async function formOf(request: Request, count: (bytes: number) => void): Promise<FormData> {
  let refusal: unknown
  try {
    return await counted(request, (bytes) => {
      try {
        count(bytes)
      } catch (error) {
        refusal = error
        throw error
      }
    }).formData()
  } catch (error) {
    if (refusal instanceof GraphQLError) throw refusal
    const message = error instanceof Error ? error.message : ''
    if (/size limit exceeded|too large/i.test(message)) {
      throw requestError('PAYLOAD_TOO_LARGE', 413, 'Multipart request: more bytes than are taken.')
    }
    throw bad(/limit/i.test(message) ? `at most ${maxUploads} files.` : 'it is malformed or was cut off.')
  }
}

/**
 * @param count of each chunk's bytes, as it arrives
 * @returns the parameters of the operation, its files in place. @throws GraphQLError BAD_USER_INPUT, PAYLOAD_TOO_LARGE
 */
export async function parseMultipart(request: Request, count: (bytes: number) => void) {
  const form = await formOf(request, count)
  const operations = parsePart(form, 'operations', OperationParameters, shapeOfOperation)
  const map = parsePart(form, 'map', FileMap, 'an object that names one place in “variables” for each file')
  if (Object.keys(map).length > multipartLimits.mapEntries)
    throw bad(`“map” may have ${multipartLimits.mapEntries} entries.`)
  for (const [key, [path]] of Object.entries(map)) {
    const file = form.get(key)
    if (file === null || typeof file === 'string') throw bad(`“map” names “${key}”, which is no file of this request.`)
    place(operations, path, file)
  }
  for (const [key, part] of form) {
    if (typeof part !== 'string' && !Object.hasOwn(map, key))
      throw bad(`“map” does not say where the file “${key}” goes.`)
  }
  return operations
}
