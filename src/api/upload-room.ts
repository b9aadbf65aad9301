/**
 * How much of uploads may be in hand at once: a request is refused before its body is read when there is no room for it, or
 * when what comes after it has none (full queues). Bytes are memory here: a multipart request is held until it is answered.
 */
import type { ServerResponse } from 'node:http'
import { overloaded } from './request-error.js'

export interface RoomLimits {
  /** Multipart requests in hand. */
  readonly requests: number
  /** Bytes of all of them. */
  readonly bytes: number
}

const retryAfterMs = 1_000

export class UploadRoom {
  private requests = 0
  private bytes = 0

  constructor(
    private readonly limits: RoomLimits,
    /** Milliseconds until the queues behind it may have room; undefined: they have. */
    private readonly fullForMs: () => number | undefined,
  ) {}

  get inHand() {
    return { requests: this.requests, bytes: this.bytes }
  }

  /**
   * Holds room until the response is over, whatever becomes of it.
   * @param declared Content-Length; 0 for a body in chunks
   * @returns for each chunk that was not declared
   * @throws GraphQLError OVERLOADED
   */
  enter(declared: number, response: ServerResponse): (bytes: number) => void {
    const fullForMs = this.fullForMs()
    if (fullForMs !== undefined) throw overloaded(fullForMs)
    if (this.requests >= this.limits.requests) throw overloaded(retryAfterMs)
    let held = 0
    let rest = declared
    const hold = (bytes: number) => {
      if (this.bytes + bytes > this.limits.bytes) throw overloaded(retryAfterMs)
      held += bytes
      this.bytes += bytes
    }
    hold(declared)
    this.requests++
    response.once('close', () => {
      this.requests--
      this.bytes -= held
      held = 0
    })
    return (bytes) => {
      if (response.closed) return
      if (bytes > rest) hold(bytes - rest)
      rest = Math.max(0, rest - bytes)
    }
  }
}
