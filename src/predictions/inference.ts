/** The main thread's end of an inference thread. */
import type { Worker } from 'node:worker_threads'
import { startThread } from '../thread.js'
import type { InferenceMessage, InferenceRequest, InferenceStart, Outputs, Values } from './inference-thread.js'

interface Waiting {
  resolve(outputs: Outputs<Values>[]): void
  reject(error: Error): void
}

export class Inference {
  private readonly waiting = new Map<number, Waiting>()
  private nextId = 1
  private failure: Error | undefined
  private onIdle: (() => void) | undefined
  private die: (error: Error) => void = () => undefined
  /** Resolves with the reason when the thread ends without having been closed. */
  readonly death = new Promise<Error>((resolve) => (this.die = resolve))

  private constructor(private readonly worker: Worker) {
    worker.on('message', (message: InferenceMessage) => {
      if ('ready' in message) return
      const caller = this.waiting.get(message.id)
      this.waiting.delete(message.id)
      if ('error' in message) caller?.reject(new Error(message.error))
      else caller?.resolve(message.outputs)
      if (this.waiting.size === 0) this.onIdle?.()
    })
    worker.on('error', (error) => this.fail(error))
    worker.on('exit', () => this.fail(new Error('the inference thread has ended')))
  }

  /** @throws Error when onnxruntime cannot load the model */
  static async open(start: InferenceStart): Promise<Inference> {
    const worker = startThread(new URL('./inference-thread.js', import.meta.url), { workerData: start })
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve())
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('the inference thread ended while loading the model')))
    })
    return new Inference(worker)
  }

  /**
   * @param pixels uint8 [photos, 299, 299, 3]; handed over to the thread: empty afterwards.
   * @param session by its place in `InferenceStart.threads`
   * @param heat whether it is asked for of each photo
   * @returns the outputs of each photo, in order
   */
  run<V extends Values = Float32Array<ArrayBuffer>>(
    pixels: Uint8Array<ArrayBuffer>,
    session = 0,
    heat: readonly boolean[] = [],
  ): Promise<Outputs<V>[]> {
    const request: InferenceRequest = { id: this.nextId++, pixels, session, heat }
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure)
      // What the outputs are was settled when the model was made.
      this.waiting.set(request.id, { resolve: resolve as (outputs: Outputs<Values>[]) => void, reject })
      this.worker.postMessage(request, [pixels.buffer])
    })
  }

  /** A thread that is stopped inside onnxruntime takes the whole process with it: what is on is waited for. */
  async close(): Promise<void> {
    this.failure ??= new Error('the inference thread has ended')
    if (this.waiting.size > 0) await new Promise<void>((resolve) => (this.onIdle = resolve))
    await this.worker.terminate()
  }

  private fail(error: Error): void {
    if (!this.failure) this.die(error)
    this.failure ??= error
    for (const caller of this.waiting.values()) caller.reject(this.failure)
    this.waiting.clear()
    this.onIdle?.()
  }
}
