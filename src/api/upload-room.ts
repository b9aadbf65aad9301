/**
 * How much of uploads may be in hand at once: a request is refused before its body is read when there is no room for it, or
 * when what comes after it has none (full queues). Bytes are memory here: a multipart request is held until it is answered.
 */
import type { ServerResponse } from 'node:http'
import { uploadBytes, uploads } from '../metrics.js'
import { overloaded } from './request-error.js'
import { whenOver } from './response-over.js'

export interface RoomLimits {
  /** Multipart requests in hand. */
  readonly requests: number
  /** Bytes of all of them. */
  readonly bytes: number
  /** The part of both that one token may have, 0 to 1: a phone that trickles or repeats its uploads leaves the others theirs. */
  readonly shareOfToken: number
}

/** What is in hand, and how much may be. */
interface Part {
  readonly most: Pick<RoomLimits, 'requests' | 'bytes'>
  requests: number
  bytes: number
}

const retryAfterMs = 1_000

export class UploadRoom {
  private readonly all: Part
  private readonly byToken = new Map<string, Part>()

  constructor(
    private readonly limits: RoomLimits,
    /** Milliseconds until the queues behind it may have room; undefined: they have. */
    private readonly fullForMs: () => number | undefined,
  ) {
    this.all = { most: limits, requests: 0, bytes: 0 }
  }

  get inHand() {
    return { requests: this.all.requests, bytes: this.all.bytes }
  }

  /**
   * Holds room until the response is over, whatever becomes of it.
   * @param declared Content-Length; 0 for a body in chunks
   * @param token id of the one who sends it; undefined: nobody signs in, and whoever sends it is on this machine
   * @returns for each chunk that was not declared
   * @throws GraphQLError OVERLOADED
   */
  enter(declared: number, response: ServerResponse, token?: string): (bytes: number) => void {
    const fullForMs = this.fullForMs()
    if (fullForMs !== undefined) throw overloaded(fullForMs, 'Too many photos are waiting to be classified.')
    const parts = token === undefined ? [this.all] : [this.all, this.partOf(token)]
    const whose = (part: Part) => (part === this.all ? 'this server' : 'one token')
    const crowded = parts.find(({ requests, most }) => requests >= most.requests)
    if (crowded)
      throw overloaded(
        retryAfterMs,
        `At most ${Math.floor(crowded.most.requests)} uploads of ${whose(crowded)} can be in progress at once.`,
      )
    let held = 0
    let rest = declared
    const hold = (bytes: number) => {
      const full = parts.find((part) => part.bytes + bytes > part.most.bytes)
      if (full)
        throw overloaded(
          retryAfterMs,
          `At most ${Math.floor(full.most.bytes / 2 ** 20)} MiB of uploads of ${whose(full)} can be in progress at once.`,
        )
      held += bytes
      for (const part of parts) part.bytes += bytes
      uploadBytes.inc(bytes)
    }
    hold(declared)
    for (const part of parts) part.requests++
    if (token !== undefined) this.byToken.set(token, parts[1] as Part)
    uploads.inc()
    whenOver(response, () => {
      for (const part of parts) {
        part.requests--
        part.bytes -= held
      }
      if (token !== undefined && parts[1]?.requests === 0) this.byToken.delete(token)
      uploads.dec()
      uploadBytes.dec(held)
      held = 0
    })
    return (bytes) => {
      if (response.closed) return
      if (bytes > rest) hold(bytes - rest)
      rest = Math.max(0, rest - bytes)
    }
  }

  private partOf(token: string): Part {
    const { requests, bytes, shareOfToken } = this.limits
    const most = { requests: requests * shareOfToken, bytes: bytes * shareOfToken }
    return this.byToken.get(token) ?? { most, requests: 0, bytes: 0 }
  }
}
