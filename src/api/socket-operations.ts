/**
 * A socket speaks graphql-transport-ws. graphql-ws knows the protocol; this binds it to ws, and keeps the operations that run. For
 * graphql-ws one is over when the client says that it wants no more of it, and what it has begun goes on: here it is on until the
 * message that asked for it has been dealt with to its end. Each is a request of its own: an id, a line in the log, a place in the metrics.
 */
import type { IncomingMessage } from 'node:http'
import { CloseCode, type Server } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Log } from '../log.js'
import { currentRequest, during, type RequestInHand } from '../request.js'
import { newRequest, told } from './trace.js'

/** A socket, as the hooks of graphql-ws see it (`extra`). */
export interface OpenSocket {
  readonly socket: WebSocket
  readonly request: IncomingMessage
  /** Those that run, each with the id that the client gave it. */
  readonly operations: Map<RequestInHand, string>
}

interface Limits {
  /** Between pings; a socket that has not answered one by the next is closed. */
  readonly pingMs: number
  /** Bytes that it has not taken: more, and it is closed at once. */
  readonly unsentBytes: number
}

/** @returns whether this one may begin: until the one before it under that id has ended, the id is its own. */
export function begin({ operations }: OpenSocket, id: string): boolean {
  const request = currentRequest()
  if (!request || [...operations.values()].includes(id)) return false
  operations.set(request, id)
  return true
}

export function speak<Extra extends OpenSocket>(protocol: Server<Extra>, extra: Extra, limits: Limits, log: Log): void {
  const { socket, operations } = extra
  const dealWith = async (message: string, handle: (message: string) => Promise<void>) => {
    const request = newRequest()
    try {
      await during(request, () => handle(message))
    } catch (error) {
      // What could not be sent to one that has gone is nobody's loss.
      if (socket.readyState !== socket.OPEN) return
      during(request, () => log.warn({ error }, 'a message of a socket failed'))
      socket.close(CloseCode.InternalServerError, 'Internal server error')
    } finally {
      if (operations.delete(request)) during(request, () => told(log, request, { socket: true }, undefined))
    }
  }
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (message) => send(socket, message, limits, log),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => socket.on('message', (data: Buffer) => void dealWith(data.toString(), handle)),
    },
    extra,
  )
  const stopPinging = ping(socket, limits)
  socket.once('close', (code, reason) => {
    stopPinging()
    closed(code, reason.toString()).catch((error: unknown) => log.error({ error }, 'the end of a socket failed'))
  })
}

function send(socket: WebSocket, message: string, { unsentBytes }: Limits, log: Log): Promise<void> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve()
  const sent = new Promise<void>((resolve, reject) =>
    socket.send(message, (error) => (error ? reject(error) : resolve())),
  )
  if (socket.bufferedAmount > unsentBytes) {
    log.info({ unsent: socket.bufferedAmount }, 'a socket that takes too little of what it asks for is closed')
    socket.terminate()
  }
  return sent
}

/** @returns a function that stops it */
function ping(socket: WebSocket, { pingMs }: Limits): () => void {
  let answered = true
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    if (socket.readyState !== socket.OPEN) return
    answered = false
    socket.ping()
  }, pingMs)
  socket.on('pong', () => (answered = true))
  return () => clearInterval(timer)
}
