/** Photos that the saved model must say the same of as what was trained. */
import { agreementPhotos, agreementTolerance, halfTolerance, largestDifference } from './agreement.js'
import type { Ending } from './ending.js'
import type { TrainingPhoto } from './job.js'
import { judge, type Judged } from './judge.js'
import { RunFailure } from './run-failure.js'

/** What the saved model says through onnxruntime. */
export interface Witnesses {
  photos: TrainingPhoto[]
  /** float32 [photos, classes] */
  logits: Float32Array
  /** float32 [pictures, classes], of the pictures by which it can be believed elsewhere */
  goldenLogits: Float32Array
}

/**
 * Test photos; where there are too few of them, others of the version. They go through the saved model from their bytes: what the
 * evaluation made of features that are kept must be the same.
 */
export async function witnessesOf(
  { split, checkStop, tail }: Ending,
  model: string,
  judged: Judged,
  golden: readonly Uint8Array[],
): Promise<Witnesses> {
  const tested = split.test.photos.slice(0, agreementPhotos)
  const others = [...split.val.photos, ...split.train.photos].slice(0, agreementPhotos - tested.length)
  const photos = [...tested, ...others]
  const { logits: all } = await judge(model, [...photos, ...golden], checkStop)
  const classes = all.length / (photos.length + golden.length)
  const logits = all.subarray(0, photos.length * classes)
  const difference = largestDifference(judged.logits.subarray(0, tested.length * classes), logits)
  const tolerance = tail ? halfTolerance : agreementTolerance
  if (!(difference <= tolerance))
    throw new RunFailure(
      `Kept features and ONNX do not agree: their logits differ by ${difference} (at most ${tolerance}). Delete the feature cache (WASTEX_DATA, features) and start again.`,
    )
  return { photos, logits, goldenLogits: all.subarray(logits.length) }
}
