/** Do tfjs, which trained the model, and onnxruntime, which serves it, say the same? */
import type { LayersModel, TensorFlow } from '../model/network/tensorflow.js'
import { pixelsPerPhoto, unitPixels } from '../photos/pixels.js'
import type { TrainingPhoto } from './job.js'
import { readPixels } from './read-pixels.js'

/** One batch: a wrong weight shows on every photo. */
export const agreementPhotos = 8
/** Largest |difference of logits| of float32 sums taken in another order; a wrong weight makes a hundred times as much. */
export const agreementTolerance = 1e-3

/** The same where maps of half precision (11 significant bits) went through the tail. */
export const halfTolerance = 5e-2

export const largestDifference = (a: Float32Array, b: Float32Array): number =>
  // Math.max keeps a NaN.
  a.reduce((largest, logit, i) => Math.max(largest, Math.abs(logit - (b[i] ?? Number.NaN))), 0)

/** @param onnxLogits of the same photos, float32 [photos, classes] */
export async function maxLogitDifference(
  tf: TensorFlow,
  model: LayersModel,
  photos: readonly TrainingPhoto[],
  onnxLogits: Float32Array,
): Promise<number> {
  const pixels = await floatPixels(photos)
  const logits = tf.tidy(() =>
    (model.predict(tf.tensor4d(pixels, [photos.length, 299, 299, 3])) as ReturnType<typeof tf.tensor>).dataSync(),
  )
  return largestDifference(logits as Float32Array, onnxLogits)
}

/** @returns float32 [photos, 299, 299, 3] in [0, 1] */
async function floatPixels(photos: readonly TrainingPhoto[]): Promise<Float32Array> {
  const scaled = new Float32Array(photos.length * pixelsPerPhoto)
  const each = await Promise.all(photos.map(readPixels))
  each.forEach((photo, i) => unitPixels(photo, scaled.subarray(i * pixelsPerPhoto, (i + 1) * pixelsPerPhoto)))
  return scaled
}
