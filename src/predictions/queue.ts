/** Photos wait here for the network. One that comes alone is computed by all cores together; several are shared out among the streams. */
import { WasteXError } from '../errors.js'
import { phaseEnded, photosAtOnce } from '../metrics.js'
import { evidenceIn } from './heat-map.js'
import type { Outputs } from './inference-thread.js'
import type { Streams } from './streams.js'

/** Photos that a stream takes at once. They are computed one after another all the same, but what comes before and after them costs less. */
const mostAtOnce = 4
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

export class Queue {
  private readonly waiting: Call[] = []
  private readonly idle: number[]
  /** All cores compute one photo. */
  private together = false
  private msPerPhoto = 60
  private onIdle: (() => void)[] = []

  constructor(private readonly streams: Pick<Streams, 'count' | 'together' | 'some'>) {
    this.idle = Array.from({ length: streams.count }, (_, stream) => stream)
  }

  /** Milliseconds after which there may be room; undefined: there is. */
  get fullForMs(): number | undefined {
    return this.waiting.length < maxWaiting ? undefined : Math.ceil(this.waiting.length * this.msPerPhoto)
  }

  /**
   * @param photo uint8 [299, 299, 3]
   * @throws WasteXError OVERLOADED when too many are waiting
   */
  infer(photo: Uint8Array, { heat = false }: Asked = {}): Promise<Answer> {
    const retryAfterMs = this.fullForMs
    if (retryAfterMs !== undefined) {
      throw new WasteXError('OVERLOADED', 'Too many photos are waiting. Try again in a moment.', { retryAfterMs })
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ photo, heat, since: performance.now(), resolve, reject })
      this.schedule()
    })
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

  private schedule(): void {
    if (this.together) return
    const { waiting, idle, streams } = this
    const [first, second] = waiting
    if (first && !second && this.rests) {
      this.together = true
      void this.answer(waiting.splice(0, 1), () => streams.together([first.photo], [first.heat])).then(() => {
        this.together = false
        this.next()
      })
      return
    }
    while (waiting.length > 0 && idle.length > 0) {
      const calls = waiting.splice(0, Math.min(mostAtOnce, Math.ceil(waiting.length / idle.length)))
      const stream = idle.shift() as number
      const photos = calls.map(({ photo }) => photo)
      const asked = calls.map(({ heat }) => heat)
      void this.answer(calls, () => streams.some(photos, stream, asked)).then(() => {
        idle.push(stream)
        this.next()
      })
    }
  }

  private next(): void {
    this.schedule()
    if (this.rests) for (const idle of this.onIdle.splice(0)) idle()
  }

  private async answer(calls: readonly Call[], compute: () => Promise<Outputs[]>): Promise<void> {
    const started = performance.now()
    photosAtOnce.observe(calls.length)
    for (const { since } of calls) phaseEnded('wait', since)
    try {
      const outputs = await compute()
      for (const _ of calls) phaseEnded('compute', started)
      calls.forEach(({ resolve, reject }, i) => {
        const answer = answerOf(outputs[i])
        if (answer instanceof Error) reject(answer)
        else resolve(answer)
      })
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
    const atOnce = this.together ? 1 : this.streams.count - this.idle.length
    this.msPerPhoto = 0.9 * this.msPerPhoto + (0.1 * (performance.now() - started)) / calls.length / atOnce
  }
}

/** What is no number is beyond no threshold: such a photo would pass as known, be counted and forgotten. */
function answerOf(outputs: Outputs = {}): Answer | Error {
  const { logits, novelty } = outputs
  if (!logits) return new Error('the model has no output called logits')
  const numbers = novelty ? [...logits, novelty[0]] : [...logits]
  if (!numbers.every(Number.isFinite)) return new Error(`the model answers with what is no number: ${numbers.join()}`)
  return { logits, novelty: novelty?.[0] ?? Number.NaN, evidence: evidenceIn(outputs) }
}
