/**
 * Photos wait here for the network. One that comes alone is computed by all cores together; several are shared out among the streams.
 * While somebody who sends one photo after another waits beside others who send many, each is computed by all cores together, one
 * after the other: the next turn comes sooner, and takes half as long. That costs those who send many up to an eighth.
 */
import { WasteXError } from '../errors.js'
import { FairQueue, type Taken } from '../fair-queue.js'
import { phaseEnded } from '../metrics.js'
import { currentRequest } from '../request.js'
import { evidenceIn } from './heat-map.js'
import type { Outputs } from './inference-thread.js'
import type { Streams } from './streams.js'

/** Photos that wait for the network, 268 kB of pixels each. */
export const maxWaiting = 128

export interface Answer {
  /** One a class. */
  logits: Float32Array
  /** NaN where the model has no novelty test. */
  novelty: number
  /** For each class at each position, a grid each, [side, side, classes]; none when it was not asked for, or the model has none. */
  evidence: readonly Float32Array[]
}

/** What is wanted of a photo beside logits and novelty. */
export interface Asked {
  readonly heat?: boolean
}

interface Call {
  photo: Uint8Array
  heat: boolean
  /** By `performance.now()`. */
  since: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Milliseconds since the last single photo for which the next one is expected. */
const expectedMs = 5_000
/** Milliseconds that a photo takes, until some were computed. */
const msAtFirst = 60

export class Queue {
  private readonly waiting = new FairQueue<Call>(msAtFirst, 'call')
  private readonly idle: number[]
  /** All cores compute one photo. */
  private together = false
  /** By `performance.now()`: until then each photo is computed by all cores together. */
  private singlesUntil = 0
  private onIdle: (() => void)[] = []

  constructor(private readonly streams: Pick<Streams, 'count' | 'together' | 'some'>) {
    this.idle = Array.from({ length: streams.count }, (_, stream) => stream)
  }

  /** Milliseconds after which there may be room for another photo of this client; undefined: there is. */
  fullForMs(client: string): number | undefined {
    return this.waiting.isFullFor(client, maxWaiting) ? this.msUntilEmpty : undefined
  }

  /**
   * Its turn is that of the client whose request is in hand (FairQueue).
   * @param photo uint8 [299, 299, 3]
   * @throws WasteXError OVERLOADED when too many are waiting
   */
  async infer(photo: Uint8Array, { heat = false }: Asked = {}): Promise<Answer> {
    const { waiting } = this
    const client = currentRequest()?.client ?? ''
    if (waiting.length >= maxWaiting && !this.giveWayTo(client)) throw this.overloaded()
    return new Promise((resolve, reject) => {
      waiting.push(client, { photo, heat, since: performance.now(), resolve, reject })
      this.schedule()
    })
  }

  /** The last photo of the client that has most waiting is refused. @returns whether there was one */
  giveWayTo(client: string): boolean {
    const refused = this.waiting.giveWayTo(client)
    refused?.reject(this.overloaded())
    return refused !== undefined
  }

  /** Photos that no stream has taken yet. */
  get length(): number {
    return this.waiting.length
  }

  /** Resolves when every call taken so far is answered. */
  async drain(): Promise<void> {
    while (!this.rests || this.waiting.length > 0) await new Promise<void>((resolve) => this.onIdle.push(resolve))
  }

  private get rests(): boolean {
    return !this.together && this.idle.length === this.streams.count
  }

  private get msUntilEmpty(): number {
    return Math.ceil((this.waiting.length * this.waiting.msEach) / this.streams.count)
  }

  private overloaded(): WasteXError {
    return new WasteXError('OVERLOADED', 'Too many photos are waiting. Try again in a moment.', {
      retryAfterMs: this.msUntilEmpty,
    })
  }

  private schedule(): void {
    const { waiting, idle, streams } = this
    while (waiting.length > 0 && idle.length > 0 && !this.together) {
      if (performance.now() < this.singlesUntil && !this.rests) return
      this.together = this.rests && (waiting.length === 1 || performance.now() < this.singlesUntil)
      const taken = waiting.take()
      if (!taken) return
      if (taken.isSingle) this.singlesUntil = performance.now() + expectedMs
      const { photo, heat } = taken.item
      const stream = this.together ? undefined : (idle.shift() as number)
      const outputs = stream === undefined ? streams.together([photo], [heat]) : streams.some([photo], stream, [heat])
      void this.answer(taken, outputs).then(() => {
        if (stream === undefined) this.together = false
        else idle.push(stream)
        this.next()
      })
    }
  }

  private next(): void {
    this.schedule()
    if (this.rests) for (const idle of this.onIdle.splice(0)) idle()
  }

  private async answer({ item: call, ended }: Taken<Call>, computing: Promise<Outputs[]>): Promise<void> {
    const started = performance.now()
    phaseEnded('wait', call.since)
    try {
      const [outputs] = await computing
      phaseEnded('compute', started)
      call.resolve(answerOf(outputs))
    } catch (error) {
      call.reject(error)
    }
    ended(performance.now() - started)
  }
}

/** @throws Error for what is no number: it is beyond no threshold, and such a photo would pass as known, be counted and forgotten */
function answerOf(outputs: Outputs = {}): Answer {
  const { logits, novelty } = outputs
  if (!logits) throw new Error('the model has no output called logits')
  const numbers = novelty ? [...logits, novelty[0]] : [...logits]
  if (!numbers.every(Number.isFinite)) throw new Error(`the model answers with what is no number: ${numbers.join()}`)
  return { logits, novelty: novelty?.[0] ?? Number.NaN, evidence: evidenceIn(outputs) }
}
