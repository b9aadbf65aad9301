/** The head on rows that are read some at a time. */
import type { TensorFlow } from '../model/network/tensorflow.js'
import { type Standardisation, standardise } from '../model/standardisation.js'
import type { HeadNetwork } from './head-network.js'
import type { HeldRows } from './held-rows.js'

/** @param rows as they are kept @returns float32 [rows, classes] */
export async function headLogits(
  tf: TensorFlow,
  head: HeadNetwork,
  standardisation: Standardisation,
  rows: HeldRows,
): Promise<Float32Array> {
  const { classes, features } = head.shape
  const logits = new Float32Array(rows.count * classes)
  let at = 0
  for await (const some of rows.all()) {
    const x = standardise(some, standardisation)
    const shape: [number, number] = [x.length / features, features]
    logits.set(
      tf.tidy(() => head.logits(tf.tensor2d(x, shape)).dataSync()),
      at,
    )
    at += shape[0] * classes
  }
  return logits
}
