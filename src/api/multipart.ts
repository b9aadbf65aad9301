/**
 * The GraphQL multipart request specification (https://github.com/jaydenseric/graphql-multipart-request-spec), with every
 * mistake of a client answered as one: what `map` says is checked before it touches `operations`.
 */
import { GraphQLError } from 'graphql'
import { z } from 'zod'
import { photoLimits } from '../photos/limits.js'
import { counted } from './counted-body.js'
import { OperationParameters, shapeOfOperation } from './operation-parameters.js'
import { parseJson } from './parse-json.js'
import { isPersistedQuery, persistedQueryNotSupported } from './persisted-query.js'
import { requestError } from './request-error.js'
import type { HeldUpload } from './upload-room.js'

export const multipartLimits = Object.freeze({
  /** Files a request. */
  files: 8,
  /** Entries of `map`. */
  mapEntries: 16,
  /** Bytes of `operations`, and of `map`. */
  textBytes: 1024 * 1024,
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

/**
 * What the parser of forms is told. A file without a name comes as text: as many and as long ones are read as files, so that the answer
 * can say which one it was.
 */
export const formLimits = Object.freeze({
  files: multipartLimits.files,
  fields: multipartLimits.files + 2,
  parts: multipartLimits.files + 3,
  fieldSize: photoLimits.bytes,
  fieldNameSize: 100,
})

const bad = (message: string) => requestError('BAD_USER_INPUT', 400, `Multipart request: ${message}`)

const tooLarge = (what: string, most: number) =>
  requestError('PAYLOAD_TOO_LARGE', 413, `Multipart request: ${what} more than ${most / 2 ** 20} MiB.`)
const howToName = (part: string) =>
  `Send it as \`Content-Disposition: form-data; name="${part}"; filename="photo.jpg"\`.`
const unnamed = (part: string) => bad(`file part ${part} has no filename. ${howToName(part)}`)

/** Of the parser of forms (@fastify/busboy, by @whatwg-node/fetch): what each of its messages means. */
const meanings: readonly [RegExp, () => GraphQLError][] = [
  [/^Request body too large/, () => tooLarge('it has', multipartLimits.bytes)],
  [/^Field value size/, () => tooLarge('a part without a filename has', formLimits.fieldSize)],
  [/^Field name size/, () => bad(`the name of a part has more than ${formLimits.fieldNameSize} characters.`)],
  [/^Files limit/, () => bad(`at most ${maxUploads} files.`)],
  [/^Fields limit/, () => bad(`“operations” and “map” are the only parts without a filename. ${howToName('0')}`)],
  [/^Parts limit/, () => bad(`at most ${maxUploads} files, beside “operations” and “map”.`)],
  [/Boundary not found/, () => bad('the header Content-Type has no boundary.')],
]

function parsePart<T>(form: FormData, name: string, schema: z.ZodType<T>, shape: string): T {
  const part = form.get(name)
  if (part === null) throw bad(`the field “${name}” is missing.`)
  if (typeof part !== 'string') throw bad(`the field “${name}” is a file. Send it without a filename.`)
  if (Buffer.byteLength(part) > multipartLimits.textBytes) throw tooLarge(`“${name}” has`, multipartLimits.textBytes)
  const said = parseJson(part, `Multipart request: “${name}”`)
  if (isPersistedQuery(said)) throw persistedQueryNotSupported()
  const parsed = schema.safeParse(said)
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

async function formOf(request: Request, { count, gaveWay, arrived }: HeldUpload): Promise<FormData> {
  let refusal: unknown
  try {
    const form = counted(request, (bytes) => {
      try {
        count(bytes)
      } catch (error) {
        refusal = error
        throw error
      }
    }).formData()
    return await Promise.race([form, gaveWay])
  } catch (error) {
    if (error instanceof GraphQLError) throw error
    if (refusal instanceof GraphQLError) throw refusal
    const message = error instanceof Error ? error.message : ''
    throw meanings.find(([said]) => said.test(message))?.[1]() ?? bad('it is malformed or was cut off.')
  } finally {
    arrived()
  }
}

/**
 * @param held the room that it has
 * @returns the parameters of the operation, its files in place. @throws GraphQLError BAD_USER_INPUT, PAYLOAD_TOO_LARGE
 */
export async function parseMultipart(request: Request, held: HeldUpload) {
  const form = await formOf(request, held)
  const operations = parsePart(form, 'operations', OperationParameters, shapeOfOperation)
  const map = parsePart(form, 'map', FileMap, 'an object that names one place in “variables” for each file')
  if (Object.keys(map).length > multipartLimits.mapEntries)
    throw bad(`“map” may have ${multipartLimits.mapEntries} entries; this one has ${Object.keys(map).length}.`)
  for (const [key, [path]] of Object.entries(map)) {
    const file = form.get(key)
    if (file === null) throw bad(`“map” names “${key}”, and no part has that name.`)
    if (typeof file === 'string') throw unnamed(key)
    place(operations, path, file)
  }
  for (const [key, part] of form) {
    if (Object.hasOwn(map, key) || key === 'operations' || key === 'map') continue
    throw bad(
      typeof part === 'string'
        ? `“${key}” is a part without a filename; “operations” and “map” are the only ones.`
        : `“map” does not say where the file “${key}” goes.`,
    )
  }
  return operations
}
