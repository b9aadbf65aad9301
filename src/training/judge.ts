/** A model on photos, as it will serve: from their bytes, through onnxruntime. */
import type { InferenceStart, Outputs } from '../predictions/inference-thread.js'
import { Streams } from '../predictions/streams.js'
import type { TrainingPhoto } from './job.js'
import { readPixels } from './read-pixels.js'

export interface Judged {
  /** float32 [photos, classes] */
  logits: Float32Array
  /** float32 [photos]; empty: the model has no novelty test. */
  novelty: Float32Array
}

const atOnce = 8

/** uint8 [299, 299, 3] of a picture that lies in no file. */
type Pixels = Uint8Array
export type Shown = TrainingPhoto | Pixels

const pixelsOf = async (shown: Shown): Promise<Pixels> => (shown instanceof Uint8Array ? shown : readPixels(shown))

export async function judge(model: string, photos: readonly Shown[], checkStop: () => void): Promise<Judged> {
  const logits: number[] = []
  const novelty: number[] = []
  for await (const answer of answersOf(model, photos)) {
    checkStop()
    logits.push(...(answer['logits'] ?? []))
    novelty.push(...(answer['novelty'] ?? []))
  }
  return { logits: Float32Array.from(logits), novelty: Float32Array.from(novelty) }
}

/** What a model says of each photo, in order. While some are in the network, the next ones are decoded. */
export async function* answersOf(model: InferenceStart['model'], photos: readonly Shown[]): AsyncGenerator<Outputs> {
  const streams = await Streams.open(model)
  const compute = async (start: number) =>
    streams.each(await Promise.all(photos.slice(start, start + atOnce).map(pixelsOf)))
  let next: Promise<Outputs[]> | undefined
  try {
    for (let start = 0; start < photos.length; start += atOnce) {
      const own = next ?? compute(start)
      const after = start + atOnce
      next = after < photos.length ? compute(after) : undefined
      next?.catch(() => undefined) // awaited in its turn
      yield* await own
    }
  } finally {
    await next?.catch(() => undefined) // whoever asked has stopped listening
    await streams.close()
  }
}
