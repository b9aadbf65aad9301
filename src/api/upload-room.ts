/**
 * How much of uploads may be in hand at once: a request is refused before its body is read when there is no room for it, or
 * when what comes after it has none (full queues). Bytes are memory here: a multipart request is held until it is answered. Who has
 * little of the room gets some even when it is full: of the client that has most, an upload that is still arriving gives way.
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

/** What one client has in hand, or all of them. */
interface Part {
  requests: number
  bytes: number
}

/** One request, until it is answered. */
export interface HeldUpload {
  /** That it holds by now. */
  readonly bytes: () => number
  /** To be called with the bytes of each chunk that came. @throws GraphQLError OVERLOADED: they were not declared, and there is no room */
  readonly count: (bytes: number) => void
  /** Rejects with OVERLOADED if it has to give way, while its body is not all there, to the upload of a client that has less. */
  readonly gaveWay: Promise<never>
  /** Its body is all there: from now on it gives way to nobody. */
  readonly arrived: () => void
}

/** Where photos wait when they have arrived. */
export interface QueuesBehind {
  /** Milliseconds until they may have room for this client; undefined: they have. */
  fullForMs(client: string): number | undefined
  /** A waiting photo of the client with most of them gives way to one of this client. @returns whether there was one */
  giveWayTo(client: string): boolean
}

interface Arriving {
  readonly client: string
  readonly giveWay: () => void
}

const retryAfterMs = 1_000

export class UploadRoom {
  private readonly all: Part = { requests: 0, bytes: 0 }
  private readonly byClient = new Map<string, Part>()
  /** Those whose bodies are not all there, the newest last. */
  private readonly arriving = new Set<Arriving>()

  constructor(
    private readonly limits: RoomLimits,
    private readonly queues: QueuesBehind,
  ) {}

  get inHand() {
    return { requests: this.all.requests, bytes: this.all.bytes }
  }

  /**
   * Holds room until the response is over, whatever becomes of it.
   * @param declared Content-Length; 0 for a body in chunks
   * @param client whose it is: a token's id, or an address where nobody signs in
   * @param isToken whoever does not sign in is on this machine, and may have all of the room
   * @throws GraphQLError OVERLOADED
   */
  enter(declared: number, response: ServerResponse, client: string, isToken: boolean): HeldUpload {
    const fullForMs = this.queues.fullForMs(client)
    if (fullForMs !== undefined) throw overloaded(fullForMs, 'Too many photos are waiting to be classified.')
    const { all, byClient, arriving } = this
    const own = byClient.get(client) ?? { requests: 0, bytes: 0 }
    this.makeRoom('requests', 1, client, own, isToken)
    this.makeRoom('bytes', declared, client, own, isToken)
    byClient.set(client, own)
    let held = 0
    let rest = declared
    const hold = (bytes: number) => {
      held += bytes
      for (const part of [all, own]) part.bytes += bytes
      uploadBytes.inc(bytes)
    }
    let refuse: (error: unknown) => void = () => undefined
    const gaveWay = new Promise<never>((_resolve, reject) => (refuse = reject))
    // Nobody listens once its body is all there.
    gaveWay.catch(() => undefined)
    let over = false
    const leave = () => {
      if (over) return
      over = true
      arriving.delete(one)
      for (const part of [all, own]) {
        part.requests--
        part.bytes -= held
      }
      if (own.requests === 0) byClient.delete(client)
      uploads.dec()
      uploadBytes.dec(held)
    }
    const one: Arriving = {
      client,
      giveWay: () => {
        leave()
        refuse(overloaded(retryAfterMs, 'There are too many uploads, and this client has the most of them.'))
        // What it still sends would be read and thrown away.
        response.once('finish', () => response.req.destroy())
      },
    }
    for (const part of [all, own]) part.requests++
    uploads.inc()
    hold(declared)
    arriving.add(one)
    whenOver(response, leave)
    return {
      bytes: () => held,
      count: (bytes) => {
        if (over) return
        if (bytes > rest) {
          this.makeRoom('bytes', bytes - rest, client, own, isToken)
          hold(bytes - rest)
        }
        rest = Math.max(0, rest - bytes)
      },
      gaveWay,
      arrived: () => void arriving.delete(one),
    }
  }

  /**
   * Whoever has most gives way: without that, a few clients with uploads that never end would shut out all the others.
   * @throws GraphQLError OVERLOADED: the client has its part, or nobody has more than it would
   */
  private makeRoom(what: keyof Part, more: number, client: string, own: Part, isToken: boolean): void {
    const most = this.limits[what]
    const mostOfToken = most * this.limits.shareOfToken
    if (isToken && own[what] + more > mostOfToken) throw full(what, mostOfToken, 'one token')
    while (this.all[what] + more > most) {
      const largest = this.largest(what, client)
      if (largest && (this.byClient.get(largest.client)?.[what] ?? 0) > own[what] + more) largest.giveWay()
      // One that waits in a queue is answered at once, and its room is free a moment later.
      else if (own[what] === 0 && this.queues.giveWayTo(client)) return
      else throw full(what, most, 'this server')
    }
  }

  /** The newest of those that are arriving of the client that has most, this one left out. */
  private largest(what: keyof Part, client: string): Arriving | undefined {
    let found: Arriving | undefined
    let has = 0
    for (const one of this.arriving) {
      const part = this.byClient.get(one.client)?.[what] ?? 0
      if (one.client === client || part < has) continue
      found = one
      has = part
    }
    return found
  }
}

function full(what: keyof Part, most: number, whose: string) {
  const amount = what === 'requests' ? `${Math.floor(most)} uploads` : `${Math.floor(most / 2 ** 20)} MiB of uploads`
  return overloaded(retryAfterMs, `At most ${amount} of ${whose} can be in progress at once.`)
}
