/** A saved model on photos, as it will serve: from their bytes, through onnxruntime. */
import { availableParallelism } from 'node:os'
import { pixelsPerPhoto, unitPixels } from '../photos/pixels.js'
import { Inference } from '../predictions/inference.js'
import type { TrainingPhoto } from './job.js'
import { readPixels } from './read-pixels.js'

export interface Judged {
  /** float32 [photos, classes] */
  logits: Float32Array
  /** float32 [photos]; empty: the model has no novelty test. */
  novelty: Float32Array
}

const batchSize = 4

/** @param progress called after every batch with the photos of that batch */
export async function judge(
  model: string,
  photos: readonly TrainingPhoto[],
  progress: (photos: number) => void,
): Promise<Judged> {
  const inference = await Inference.open(model, availableParallelism())
  const logits: number[] = []
  const novelty: number[] = []
  try {
    for (let start = 0; start < photos.length; start += batchSize) {
      const some = photos.slice(start, start + batchSize)
      const answer = await inference.run(await pixelsOfPhotos(some))
      logits.push(...(answer['logits'] ?? []))
      novelty.push(...(answer['novelty'] ?? []))
      progress(some.length)
    }
  } finally {
    await inference.close()
  }
  return { logits: Float32Array.from(logits), novelty: Float32Array.from(novelty) }
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
