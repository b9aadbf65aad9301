/**
 * A session for browsers, whose pictures and sockets cannot send a header: `POST /session` with a token sets it as a cookie that no
 * script reads and no other site's page sends; `DELETE /session` takes it away. Revoking the token ends the session.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Config } from '../config.js'
import { WasteXError } from '../errors.js'
import { isLoopback } from '../loopback.js'
import type { SignIn } from '../access/sign-in.js'
import { credentialsOf, hostnameOf, sessionCookie } from './credentials.js'
import { jsonOf } from './parse-json.js'
import { isForeign } from './request-rules.js'

export const sessionPath = '/session'
/** Bytes: a token has 50. */
export const maxSessionBytes = 1024
const Body = z.object({ token: z.string() })

/** @throws WasteXError FORBIDDEN, UNAUTHENTICATED, OVERLOADED */
export async function serveSession(
  { basePath }: Pick<Config, 'basePath'>,
  signIn: SignIn,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (isForeign(request.headers)) throw new WasteXError('FORBIDDEN', 'A page of another site cannot sign in here.')
  if (request.method === 'DELETE') return send(response, {}, cookie(request, basePath, '', '; Max-Age=0'))
  if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST, DELETE' }).end()
  const shown = credentialsOf(request)
  const secret = shown.by === 'bearer' ? shown.secret : await tokenIn(request)
  const { role, token } = await signIn.actorOf({ ...shown, secret, by: 'bearer' })
  send(response, { role, name: token?.name ?? null }, cookie(request, basePath, secret ?? ''))
}

/** Only JSON: a page elsewhere cannot send that without asking first. */
async function tokenIn(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= maxSessionBytes) chunks.push(chunk)
  }
  const isJson = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() === 'application/json'
  const parsed =
    isJson && bytes <= maxSessionBytes ? Body.safeParse(jsonOf(Buffer.concat(chunks).toString())) : undefined
  if (parsed?.success) return parsed.data.token
  throw new WasteXError(
    'UNAUTHENTICATED',
    'Send a token: `Authorization: Bearer wastex_...`, or JSON { "token": "wastex_..." }.',
  )
}

/**
 * `Secure`, unless the page that signs in came over plain HTTP itself: its browser would not keep the cookie, and the token has gone
 * the same way just now.
 */
function cookie(
  { headers: { host = '', origin } }: IncomingMessage,
  basePath: string,
  value: string,
  more = '',
): string {
  const secure = isLoopback(hostnameOf(host)) || origin?.startsWith('http:') ? '' : '; Secure'
  return `${sessionCookie}=${value}; Path=${basePath}/; HttpOnly; SameSite=Strict${secure}${more}`
}

function send(response: ServerResponse, body: object, setCookie: string): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'set-cookie': setCookie }
  response.writeHead(200, headers).end(JSON.stringify(body))
}
