/** What a request shows to be let in: a bearer token, or the session's cookie where a browser says that our own page asks. */
import type { IncomingMessage } from 'node:http'
import type { Credentials } from '../access/sign-in.js'
import { isLoopback } from '../loopback.js'
import { isFromHere } from './client-address.js'
import { isForeign } from './request-rules.js'

export const sessionCookie = 'wastex_session'

/** @param params of a socket's `connection_init`: browsers cannot send headers along with a socket */
export function credentialsOf(request: IncomingMessage, params: Readonly<Record<string, unknown>> = {}): Credentials {
  const { headers } = request
  const bearer = bearerOf(params['authorization'] ?? params['Authorization']) ?? bearerOf(headers.authorization)
  return {
    secret: bearer ?? cookieOf(request),
    by: bearer === undefined ? 'cookie' : 'bearer',
    isLocal: isFromHere(request) && (headers.host === undefined || isLoopback(hostnameOf(headers.host))),
  }
}

export const bearerOf = (authorization: unknown): string | undefined =>
  typeof authorization === 'string' ? /^Bearer +(\S+) *$/i.exec(authorization)?.[1] : undefined

function cookieOf({ headers }: IncomingMessage): string | undefined {
  if (isForeign(headers)) return undefined
  return new RegExp(`(?:^|;\\s*)${sessionCookie}=([^;\\s]+)`).exec(headers.cookie ?? '')?.[1]
}

export const hostnameOf = (host: string): string =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host
