/** A saved model on test photos, as it will serve: from their bytes, through onnxruntime. */
import { availableParallelism } from 'node:os'
import { pixelsPerPhoto, unitPixels } from '../photos/pixels.js'
import { openSession } from '../predictions/session.js'
import type { TrainingPhoto } from './job.js'
import { readPixels } from './read-pixels.js'

export interface Judged {
  /** float32 [photos, classes] */
  logits: Float32Array
  /** float32 [photos]; empty: the model has no novelty test. */
  novelty: Float32Array
}

const batchSize = 8

/** @param progress called after every batch with the photos of that batch */
export async function judge(
  model: string,
  photos: readonly TrainingPhoto[],
  progress: (photos: number) => void,
): Promise<Judged> {
  const session = await openSession(model, { threads: availableParallelism() })
  const logits: number[] = []
  const novelty: number[] = []
  try {
    const batchAt = (start: number) => floatPixels(photos.slice(start, start + batchSize))
    let next = photos.length > 0 ? batchAt(0) : undefined
    for (let start = 0; next; start += batchSize) {
      const pixels = await next
      next = start + batchSize < photos.length ? batchAt(start + batchSize) : undefined
      next?.catch(() => undefined) // awaited above; an early end is to leave nothing unhandled
      const count = pixels.length / pixelsPerPhoto
      const answer = await session.run(pixels, count)
      logits.push(...(answer['logits'] ?? []))
      novelty.push(...(answer['novelty'] ?? []))
      progress(count)
    }
  } finally {
    await session.release()
  }
  return { logits: Float32Array.from(logits), novelty: Float32Array.from(novelty) }
}

/** @returns float32 [photos, 299, 299, 3] in [0, 1] */
export async function floatPixels(photos: readonly TrainingPhoto[]): Promise<Float32Array> {
  const each = await Promise.all(photos.map(readPixels))
  const pixels = new Float32Array(photos.length * pixelsPerPhoto)
  each.forEach((photo, i) => pixels.set(unitPixels(photo), i * pixelsPerPhoto))
  return pixels
}
