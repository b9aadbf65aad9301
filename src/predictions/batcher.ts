/**
 * Calls that come within a few milliseconds of each other share one pass through the network. While a batch computes,
 * the next one gathers.
 */
import { WasteXError } from '../errors.js'
import { pixelsPerPhoto } from '../photos/pixels.js'
import type { Inference } from './inference.js'

/** Larger ones make nobody faster: 55 ms a photo alone, 53 ms in a batch of 8. */
const maxBatch = 8
const gatherMs = 3
/** 268 kB of pixels each. */
const maxQueue = 128

export interface Answer {
  /** One a class. */
  logits: Float32Array
  /** NaN where the model has no novelty test. */
  novelty: number
}

interface Call {
  pixels: Uint8Array
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export class Batcher {
  private queue: Call[] = []
  private running = false
  private gathering = false
  private msPerPhoto = 60
  private onIdle: (() => void)[] = []

  constructor(private readonly inference: Inference) {}

  /**
   * @param pixels uint8 [299, 299, 3]
   * @throws WasteXError OVERLOADED when the queue is full
   */
  infer(pixels: Uint8Array): Promise<Answer> {
    if (this.queue.length >= maxQueue) {
      const retryAfterMs = Math.ceil(this.queue.length * this.msPerPhoto)
      throw new WasteXError('OVERLOADED', 'Too many photos are waiting. Try again in a moment.', { retryAfterMs })
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ pixels, resolve, reject })
      this.schedule()
    })
  }

  /** Resolves when every call taken so far is answered. */
  async drain(): Promise<void> {
    while (this.running || this.queue.length > 0) await new Promise<void>((resolve) => this.onIdle.push(resolve))
  }

  private schedule(): void {
    if (this.running || this.gathering) return
    if (this.queue.length >= maxBatch) return void this.runBatch()
    this.gathering = true
    setTimeout(() => {
      this.gathering = false
      void this.runBatch()
    }, gatherMs)
  }

  private async runBatch(): Promise<void> {
    if (this.running) return
    const calls = this.queue.splice(0, maxBatch)
    if (calls.length === 0) return
    this.running = true
    const started = performance.now()
    try {
      const pixels = new Uint8Array(calls.length * pixelsPerPhoto)
      calls.forEach((call, i) => pixels.set(call.pixels, i * pixelsPerPhoto))
      const { logits, novelty } = await this.inference.run(pixels)
      if (!logits) throw new Error('the model has no output called logits')
      const classes = logits.length / calls.length
      calls.forEach((call, i) =>
        call.resolve({ logits: logits.slice(i * classes, (i + 1) * classes), novelty: novelty?.[i] ?? Number.NaN }),
      )
    } catch (error) {
      for (const call of calls) call.reject(error)
    }
    this.msPerPhoto = 0.8 * this.msPerPhoto + (0.2 * (performance.now() - started)) / calls.length
    this.running = false
    if (this.queue.length > 0) void this.runBatch()
    else for (const idle of this.onIdle.splice(0)) idle()
  }
}
