/**
 * A client that stops reading holds what was sent to it in our memory. It is closed, and comes back with `after`: events are
 * rows, and a subscriber's place is a number (run-events.ts).
 */
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Log } from '../log.js'

export interface StallLimits {
  /** Of unsent bytes that do not get fewer. */
  readonly stalledMs: number
  /** Unsent bytes: more, and it is closed at once. */
  readonly unsentBytes: number
}

/** Looks a few times in each `stalledMs`, until the socket is closed. */
export function closeWhenStalled(socket: WebSocket, line: Duplex, limits: StallLimits, log: Log): void {
  let taken = 0
  let since = performance.now()
  const timer = setInterval(() => {
    // What the operating system has taken in all: it takes no more when the other side does not.
    const now = 'bytesWritten' in line ? Number(line.bytesWritten) - line.writableLength : 0
    if (socket.bufferedAmount === 0 || now > taken) since = performance.now()
    taken = now
    const stalled = performance.now() - since > limits.stalledMs
    if (!stalled && socket.bufferedAmount <= limits.unsentBytes) return
    log.info({ unsent: socket.bufferedAmount }, 'a socket that does not read is closed')
    socket.terminate()
  }, limits.stalledMs / 4)
  timer.unref()
  socket.once('close', () => clearInterval(timer))
}
