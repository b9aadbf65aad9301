/**
 * A client that stops reading holds what is being sent to it: memory, an open file, a place among the connections. It is hung up
 * on, whatever it was reading. Who follows events comes back with `after`: they are rows, and a place among them is a number
 * (run-events.ts).
 */
import type { Socket } from 'node:net'
import type { Log } from '../log.js'

/** Looks a few times in each `stalledMs`, until the connection is closed, whether of what there is for the client it takes any. */
export function hangUpWhenStalled(line: Socket, stalledMs: number, log: Log): void {
  let before = progressOf(line)
  let since = performance.now()
  const timer = setInterval(() => {
    const now = progressOf(line)
    if (line.writableLength === 0 || now !== before) since = performance.now()
    before = now
    if (performance.now() - since <= stalledMs) return
    log.info({ unsent: line.writableLength }, 'a client that does not read is hung up on')
    line.destroy()
  }, stalledMs / 4)
  timer.unref()
  line.once('close', () => clearInterval(timer))
}

/**
 * Another text whenever the operating system has taken something: it takes no more when the other side does not. The counters that
 * Node documents move when a chunk has gone as a whole; how much is left of a large one is what its own timers look at.
 */
function progressOf(line: Socket): string {
  const { _handle: handle } = line as Socket & { _handle?: { writeQueueSize?: number } | null }
  return `${line.bytesWritten - line.writableLength} ${handle?.writeQueueSize ?? 0}`
}
