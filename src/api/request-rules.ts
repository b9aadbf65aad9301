/**
 * Which HTTP requests are taken as GraphQL: JSON, multipart, and GET for queries. A browser sends some requests to
 * anybody's server without asking it first ("simple requests"); none of those becomes an operation.
 */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import { WasteXError } from '../errors.js'
import { currentRequest } from '../request.js'
import type { Admission } from './admission.js'
import { multipartLimits, parseMultipart } from './multipart.js'
import { OperationParameters, shapeOfOperation } from './operation-parameters.js'
import { parseJson } from './parse-json.js'
import { isPersistedQuery, persistedQueryNotSupported } from './persisted-query.js'
import { requestError } from './request-error.js'
import type { UploadQuota } from './upload-quota.js'
import type { UploadRoom } from './upload-room.js'

/** A header that no simple request can carry: its presence shows that the browser has asked. */
export const preflightHeader = 'graphql-preflight'
/** Bytes of a JSON request. */
export const maxJsonBytes = 1024 * 1024

const tooLarge = (most: number) =>
  requestError('PAYLOAD_TOO_LARGE', 413, `The request is larger than ${most / 1024 / 1024} MiB.`)

async function jsonOf(request: Request): Promise<GraphQLParams> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.byteLength
      if (bytes > maxJsonBytes) throw tooLarge(maxJsonBytes)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof GraphQLError) throw error
    // The client has hung up: nobody reads the answer, and the log has a line of the request.
    throw requestError('BAD_USER_INPUT', 400, 'The request was cut off before the end of its body.')
  }
  return operationIn(parseJson(Buffer.concat(chunks).toString('utf8'), 'The body'), 'The body')
}

function addressOf(request: Request): GraphQLParams {
  const asked = new URLSearchParams(request.url.slice(request.url.indexOf('?') + 1))
  const json = (name: string) => {
    const text = asked.get(name)
    return text ? parseJson(text, `“${name}” of the address`) : null
  }
  const [query, operationName] = ['query', 'operationName'].map((name) => asked.get(name) || null)
  return operationIn(
    { query, operationName, variables: json('variables'), extensions: json('extensions') },
    'The query of the address',
  )
}

function operationIn(value: unknown, where: string): GraphQLParams {
  if (isPersistedQuery(value)) throw persistedQueryNotSupported()
  const parsed = OperationParameters.safeParse(value)
  if (parsed.success) return parsed.data
  throw requestError('BAD_USER_INPUT', 400, `${where} must be ${shapeOfOperation}.`)
}

/** A browser says of every request where it comes from; other clients say nothing. */
export const isForeign = (
  headers: Pick<IncomingHttpHeaders, 'sec-fetch-site' | 'origin' | 'host'>,
  invited: readonly string[] = [],
) => {
  const { 'sec-fetch-site': site, origin, host } = headers
  if (origin !== undefined && invited.includes(origin)) return false
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return origin !== undefined && !isOwnOrigin(origin, host)
}

export const isOwnOrigin = (origin: string, host: string | undefined) =>
  URL.canParse(origin) && new URL(origin).host === host

/** @throws GraphQLError for a body that would have to be decoded before it can be read */
function refuseEncodings(headers: Headers, type: string): void {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase()
  if (encoding && encoding !== 'identity')
    throw requestError(
      'BAD_USER_INPUT',
      415,
      `The body must not be compressed; this one has \`Content-Encoding: ${encoding}\`. Send it as it is.`,
      {},
      // RFC 9110, 15.5.16: what would have been accepted.
      { 'accept-encoding': 'identity' },
    )
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1]
  if (charset && !/^(utf-?8|us-ascii)$/i.test(charset))
    throw requestError('BAD_USER_INPUT', 415, `The body must be in UTF-8; this one has \`charset=${charset}\`.`)
}

export const useRequestRules = (
  room: UploadRoom,
  quota: UploadQuota,
  origins: readonly string[],
): Plugin<object, { res?: ServerResponse } & Admission> => ({
  async onRequestParse({ request, serverContext, setRequestParser }) {
    const asked = request.headers.has(preflightHeader)
    const refuse = () => {
      throw requestError('FORBIDDEN', 403, `This request needs the header \`${preflightHeader}: 1\`.`)
    }
    const refuseOrigin = () => {
      throw requestError(
        'FORBIDDEN',
        403,
        `This request comes from a page of another origin, which is not in \`WASTEX_ORIGINS\`. A request of a page of this server’s own has the header \`${preflightHeader}: 1\`.`,
      )
    }
    if (request.method !== 'POST') {
      if (!asked && isForeign(Object.fromEntries(request.headers), origins)) refuseOrigin()
      if (request.method === 'GET') setRequestParser(addressOf)
      return
    }
    const contentType = request.headers.get('content-type') ?? ''
    const type = contentType.split(';')[0]?.trim().toLowerCase()
    refuseEncodings(request.headers, contentType)
    const length = Number(request.headers.get('content-length') ?? 0)
    if (type === 'multipart/form-data') {
      if (!asked) refuse()
      if (length > multipartLimits.bytes) throw tooLarge(multipartLimits.bytes)
      const { res, actor } = serverContext
      // Whoever was not admitted does not come so far.
      if (!res || actor instanceof WasteXError) return
      const token = actor.token?.id
      // The room first: what it refuses is sent again, and is not to count twice.
      const held = room.enter(length, res, currentRequest()?.client ?? '', token !== undefined)
      await quota.take(token, length)
      setRequestParser(async (whole) => {
        const parsed = await parseMultipart(whole, held)
        // A body in chunks did not say how long it would be.
        if (length === 0) await quota.take(token, held.bytes())
        return parsed
      })
    } else if (type === 'application/json') {
      // A browser asks before it sends this for another page; that it was not answered well is no protection of ours.
      if (!asked && isForeign(Object.fromEntries(request.headers), origins)) refuseOrigin()
      if (length > maxJsonBytes) throw tooLarge(maxJsonBytes)
      setRequestParser(jsonOf)
    } else {
      throw requestError(
        'BAD_USER_INPUT',
        415,
        `GraphQL is taken as application/json or multipart/form-data; this request has ${type ? `\`Content-Type: ${type}\`` : 'no Content-Type'}.`,
      )
    }
  },
})
