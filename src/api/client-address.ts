/** Who is at the other end: behind proxies the connection is theirs, and they say whom they speak for. */
import type { IncomingMessage } from 'node:http'
import { isThisMachine } from '../loopback.js'

/**
 * @param trustedProxies so many addresses of X-Forwarded-For, from the last, were written by proxies of ours; what stands before
 * them a client may have made up. 0: the header is not believed at all.
 */
export function clientAddress({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const own = socket.remoteAddress ?? ''
  if (trustedProxies === 0) return own
  const told = [headers['x-forwarded-for']]
    .flat()
    .join(',')
    .split(',')
    .map((address) => address.trim())
  return told.at(-trustedProxies) || own
}

/** What proxies, balancers and tunnels add of themselves. */
const addedByProxies =
  /^(forwarded|via|cdn-loop|true-client-ip|x-real-ip|x-client-ip|x-cluster-client-ip|(x-forwarded|x-original|x-envoy|x-amzn?|x-azure|cf|fastly|fly|tailscale)-.+)$/

/**
 * Whether a proxy has passed it on. nginx before 1.30 adds no header as it comes, and asks in HTTP/1.0, which no client of today
 * does. What adds nothing at all (ssh, socat, a proxy that was not told to) cannot be told from whoever sits here.
 */
export const isPassedOn = ({ headers, httpVersion }: Pick<IncomingMessage, 'headers' | 'httpVersion'>): boolean =>
  httpVersion === '1.0' || Object.keys(headers).some((name) => addedByProxies.test(name))

/** Whether it comes from this machine itself, as far as can be told. */
export const isFromHere = (request: IncomingMessage): boolean =>
  isThisMachine(request.socket.remoteAddress ?? '') && !isPassedOn(request)
