/** HTTP by hand: what no client would send. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  /** 0: the server has hung up without a word. */
  readonly status: number
  readonly body: string
}

export async function line(address: string): Promise<Socket> {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined) // it may be hung up on: then 'close' comes
  await once(socket, 'connect')
  return socket
}

export const multipartHead = (boundary: string, length: number | 'chunked', more = '') =>
  'POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: application/json\r\ngraphql-preflight: 1\r\n' +
  `content-type: multipart/form-data; boundary=${boundary}\r\n${more}` +
  (length === 'chunked' ? 'transfer-encoding: chunked\r\n\r\n' : `content-length: ${length}\r\n\r\n`)

/** All that comes back until the server hangs up. */
export async function answerOn(socket: Socket): Promise<RawAnswer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise((resolve) => socket.once('close', resolve)) // an error comes before it, and is an answer too
  const text = Buffer.concat(chunks).toString()
  const [head = '', ...rest] = text.split('\r\n\r\n')
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), body: rest.join('\r\n\r\n') }
}
