/**
 * A request that comes before the one before it on its connection is answered waits for its turn. Node would begin with it at once, and
 * tell nobody when the client hangs up before its turn: what is held for it would be held for ever.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests that wait on one connection. One more, and it is hung up on: a stream may keep them waiting for hours. */
export const mostWaitingForTurn = 16

const waiting = new WeakMap<Socket, number>()

export function inTurn({ socket }: IncomingMessage, response: ServerResponse, answer: () => void): void {
  if (response.socket) return answer()
  const before = waiting.get(socket) ?? 0
  if (before >= mostWaitingForTurn) return void socket.destroy()
  waiting.set(socket, before + 1)
  response.once('socket', () => {
    waiting.set(socket, (waiting.get(socket) ?? 1) - 1)
    answer()
  })
}
