/** A model on photos, as it will serve: from their bytes, through onnxruntime. */
import { availableParallelism } from 'node:os'
import { pixelsPerPhoto, unitPixels } from '../photos/pixels.js'
import { Inference } from '../predictions/inference.js'
import type { InferenceStart, Outputs } from '../predictions/inference-thread.js'
import type { TrainingPhoto } from './job.js'
import { readPixels } from './read-pixels.js'

export interface Judged {
  /** float32 [photos, classes] */
  logits: Float32Array
  /** float32 [photos]; empty: the model has no novelty test. */
  novelty: Float32Array
}

const batchSize = 4

export async function judge(model: string, photos: readonly TrainingPhoto[], checkStop: () => void): Promise<Judged> {
  const logits: number[] = []
  const novelty: number[] = []
  for await (const answer of inBatches(model, photos)) {
    checkStop()
    logits.push(...(answer['logits'] ?? []))
    novelty.push(...(answer['novelty'] ?? []))
  }
  return { logits: Float32Array.from(logits), novelty: Float32Array.from(novelty) }
}

/** What a model says of photos, some at a time. */
export async function* inBatches(
  model: InferenceStart['model'],
  photos: readonly TrainingPhoto[],
): AsyncGenerator<Outputs> {
  const inference = await Inference.open(model, availableParallelism())
  try {
    for (let start = 0; start < photos.length; start += batchSize) {
      yield await inference.run(await pixelsOfPhotos(photos.slice(start, start + batchSize)))
    }
  } finally {
    await inference.close()
  }
}

/** @returns uint8 [photos, 299, 299, 3] */
async function pixelsOfPhotos(photos: readonly TrainingPhoto[]): Promise<Uint8Array<ArrayBuffer>> {
  const each = await Promise.all(photos.map(readPixels))
  const pixels = new Uint8Array(photos.length * pixelsPerPhoto)
  each.forEach((photo, i) => pixels.set(photo, i * pixelsPerPhoto))
  return pixels
}

/** @returns float32 [photos, 299, 299, 3] in [0, 1] */
export const floatPixels = async (photos: readonly TrainingPhoto[]): Promise<Float32Array> =>
  unitPixels(await pixelsOfPhotos(photos))
