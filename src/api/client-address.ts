/** Who is at the other end: behind proxies the connection is theirs, and they say whom they speak for. */
import type { IncomingMessage } from 'node:http'

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

export const isThisMachine = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address)
