/**
 * The GraphQL multipart request specification (https://github.com/jaydenseric/graphql-multipart-request-spec), with every
 * mistake of a client answered as one: what `map` says is checked before it touches `operations`.
 */
import { z } from 'zod'
import { OperationParameters, shapeOfOperation } from './operation-parameters.js'
import { requestError } from './request-error.js'

/** Files a request. */
export const maxUploads = 8
/** Bytes of a multipart request in all: eight photos of the largest size, and something for the text around them. */
export const maxMultipartBytes = 84 * 1024 * 1024

/** One place a file: a file that stands in two places would be decoded twice for the price of one. */
const FileMap = z.record(z.string(), z.tuple([z.string()]))

const bad = (message: string) => requestError('BAD_USER_INPUT', 400, `Multipart request: ${message}`)

function parsePart<T>(form: FormData, name: string, schema: z.ZodType<T>, shape: string): T {
  const part = form.get(name)
  if (typeof part !== 'string') throw bad(`the field “${name}” is missing or is a file.`)
  let value: unknown
  try {
    value = JSON.parse(part)
  } catch {
    throw bad(`“${name}” is not JSON.`)
  }
  const parsed = schema.safeParse(value)
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

async function formOf(request: Request): Promise<FormData> {
  try {
    return await request.formData()
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/size limit exceeded|too large/i.test(message)) {
      throw requestError('PAYLOAD_TOO_LARGE', 413, 'Multipart request: more bytes than are taken.')
    }
    throw bad(/limit/i.test(message) ? `at most ${maxUploads} files.` : 'it is malformed or was cut off.')
  }
}

/** @returns the parameters of the operation, its files in place. @throws GraphQLError BAD_USER_INPUT, PAYLOAD_TOO_LARGE */
export async function parseMultipart(request: Request) {
  const form = await formOf(request)
  const operations = parsePart(form, 'operations', OperationParameters, shapeOfOperation)
  const map = parsePart(form, 'map', FileMap, 'an object that names one place in “variables” for each file')
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
