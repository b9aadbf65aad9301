/** The names and addresses by which a machine reaches itself, and nobody else reaches it. */
import net from 'node:net'

/** @param host a name or an address, as in HOST or in the header `Host` without its port */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || (net.isIPv4(host) && host.startsWith('127.'))

/** @param address of the other end of a connection: an IPv4 one may be written as IPv6 */
export const isThisMachine = (address: string): boolean => isLoopback(address.replace(/^::ffff:/i, ''))
