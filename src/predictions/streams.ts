/**
 * A model on all cores, for many photos at once and for a lone one. Threads that compute a pass together wait for each other after
 * every operator, so whatever else runs on one core holds up all of them. Streams (OpenVINO's word) compute each its own photos, and
 * wait for nobody. On two cores: 47 photos a second either way while nothing else runs; with a fifth of one core taken, 37 by two
 * threads together and 42.5 by two streams; two fifths, 31 and 38. A lone photo is computed by all cores together, in half the time.
 */
import { availableParallelism } from 'node:os'
import { pixelsPerPhoto } from '../photos/pixels.js'
import { Inference } from './inference.js'
import type { InferenceStart, Outputs, Values } from './inference-thread.js'
import { fullPace } from './pace.js'

/** Each holds the model once more (some 90 MB). With more cores than this, several compute a stream. */
const mostStreams = 4

export class Streams {
  private constructor(
    private readonly threads: readonly Inference[],
    /** Of the first thread's sessions, the one that takes all cores. */
    private readonly sessionOfAll: number,
  ) {}

  /**
   * @param lonePhotos whether `together` will be asked: it needs a session more
   * @throws Error when onnxruntime cannot load the model
   */
  static async open(model: InferenceStart['model'], { lonePhotos = false, pace = fullPace } = {}): Promise<Streams> {
    const cores = availableParallelism()
    const count = Math.min(cores, mostStreams)
    const own = Math.floor(cores / count)
    const alsoTogether = lonePhotos && own < cores
    const openings: Promise<Inference>[] = []
    for (let i = 0; i < count; i++) {
      const sessions = i === 0 && alsoTogether ? [own, cores] : [own]
      openings.push(pace(() => Inference.open({ model, threads: sessions })))
      // One after another beside a model that serves: no more than one core is taken from it.
      if (pace !== fullPace && (await Promise.allSettled(openings)).some(({ status }) => status === 'rejected')) break
    }
    const opened = await Promise.allSettled(openings)
    const threads = opened.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    const refused = opened.find((one) => one.status === 'rejected')
    if (refused) {
      await Promise.all(threads.map((thread) => thread.close()))
      throw refused.reason
    }
    return new Streams(threads, alsoTogether ? 1 : 0)
  }

  get count(): number {
    return this.threads.length
  }

  /** Resolves with the reason when one of the threads has ended without having been closed. */
  get death(): Promise<Error> {
    return Promise.race(this.threads.map(({ death }) => death))
  }

  /**
   * By all cores together, one after another.
   * @param photos uint8 [299, 299, 3] each @param heat whether it is asked for of each
   * @returns the outputs of each, in order
   */
  together(photos: readonly Uint8Array[], heat?: readonly boolean[]): Promise<Outputs[]> {
    return this.thread(0).run(sideBySide(photos), this.sessionOfAll, heat)
  }

  /**
   * By one stream, one after another.
   * @param photos uint8 [299, 299, 3] each @param heat whether it is asked for of each
   * @returns the outputs of each, in order
   */
  some<V extends Values = Float32Array<ArrayBuffer>>(
    photos: readonly Uint8Array[],
    stream: number,
    heat?: readonly boolean[],
  ): Promise<Outputs<V>[]> {
    return this.thread(stream).run<V>(sideBySide(photos), 0, heat)
  }

  /** Shared out among the streams. @param photos uint8 [299, 299, 3] each @returns the outputs of each, in order */
  async each<V extends Values = Float32Array<ArrayBuffer>>(photos: readonly Uint8Array[]): Promise<Outputs<V>[]> {
    const share = Math.ceil(photos.length / this.count)
    const shares = this.threads.map((_, stream) => photos.slice(stream * share, (stream + 1) * share))
    const answers = shares.map(async (own, stream) => (own.length > 0 ? this.some<V>(own, stream) : []))
    return (await Promise.all(answers)).flat()
  }

  /** Waits for what is on. */
  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()))
  }

  private thread(stream: number): Inference {
    const thread = this.threads[stream]
    if (!thread) throw new Error(`there is no stream ${stream}`)
    return thread
  }
}

/** A copy: it goes to the thread, and the photos are the caller's. */
function sideBySide(photos: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(photos.length * pixelsPerPhoto)
  photos.forEach((photo, i) => pixels.set(photo, i * pixelsPerPhoto))
  return pixels
}
