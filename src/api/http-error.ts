/** How HTTP tells an error, wherever it comes from: by the status of its code, with when to come again and in what way to sign in. */
import type { ServerResponse } from 'node:http'
import { httpStatusOf } from '../errors.js'
import type { Log } from '../log.js'
import { currentRequest } from '../request.js'
import { errorForClient, withRequestId } from './errors-for-clients.js'
import { noteErrors } from './trace.js'

/** As yoga takes it, beside an error or a result. */
export interface HttpSide {
  readonly status: number
  readonly headers: Record<string, string>
}

const statuses: ReadonlyMap<unknown, number> = new Map(Object.entries({ ...httpStatusOf, INTERNAL_SERVER_ERROR: 500 }))

/** @param extensions of the error: its code and what goes with it @returns undefined for a code of GraphQL’s own */
export function httpOf({ code, retryAfterMs }: Readonly<Record<string, unknown>>): HttpSide | undefined {
  const status = statuses.get(code)
  if (status === undefined) return undefined
  const headers = {
    ...(status === 401 && { 'www-authenticate': 'Bearer realm="WasteX"' }),
    // In whole seconds: rounded up, so that nobody comes too early.
    ...(typeof retryAfterMs === 'number' && { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
  }
  return { status, headers }
}

/** For an error that never became part of a result. */
export function withHttp<E extends Readonly<Record<string, unknown>>>(extensions: E): E & { http?: HttpSide } {
  const http = httpOf(extensions)
  return http ? { ...extensions, http } : extensions
}

/** Outside of GraphQL in the same shape as within: a client reads every error of this server in one way. */
export function sendError(response: ServerResponse, error: unknown, log: Log): void {
  const { code, message, details } = errorForClient(error, log)
  const extensions = withRequestId({ ...details, code })
  const request = currentRequest()
  if (request) noteErrors(request, [{ extensions }])
  const { status = 500, headers } = httpOf(extensions) ?? {}
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify({ errors: [{ message, extensions }] }))
}
