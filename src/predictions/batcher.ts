/**
 * Photos that come while the network computes share the next pass through it; one that finds it idle goes in at once. A full
 * batch is handed over ahead, so that the network never waits for this thread.
 */
import { WasteXError } from '../errors.js'
import { pixelsPerPhoto } from '../photos/pixels.js'
import type { Inference } from './inference.js'

/** Larger ones make nobody faster (docs/scale.md), and whoever comes meanwhile waits longer. */
const maxBatch = 4
/** One computes, one waits beside it. */
const mostInFlight = 2
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
  private inFlight = 0
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
    while (this.inFlight > 0 || this.queue.length > 0) await new Promise<void>((resolve) => this.onIdle.push(resolve))
  }

  /** A part of a batch waits for company while another one computes. */
  private schedule(): void {
    while (this.queue.length > 0 && this.inFlight < mostInFlight) {
      if (this.inFlight > 0 && this.queue.length < maxBatch) return
      void this.runBatch(this.queue.splice(0, maxBatch))
    }
  }

  private async runBatch(calls: readonly Call[]): Promise<void> {
    this.inFlight++
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
    const msPerPhoto = (performance.now() - started) / this.inFlight / calls.length
    this.msPerPhoto = 0.8 * this.msPerPhoto + 0.2 * msPerPhoto
    this.inFlight--
    this.schedule()
    if (this.inFlight === 0) for (const idle of this.onIdle.splice(0)) idle()
  }
}
