/** What lies beside the clone where the project is made, and nowhere else: tests that need it skip without. */
import { existsSync } from 'node:fs'
import path from 'node:path'

const candidates = [
  process.env['WASTEX_WEIGHTS'],
  path.join(import.meta.dirname, '../../../shared/weights/inception_v3_notop.h5'),
]

/** A Keras file of InceptionV3, trained on ImageNet. */
export const sharedWeights = candidates.find((file) => file !== undefined && existsSync(file))
