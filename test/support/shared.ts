/**
 * What lies in the folder `shared` beside the clone where the project is made, and nowhere else. WASTEX_TEST_SHARED names another
 * folder; `none` hides it, as on any other machine. Tests that need something of it say so in their titles, and are skipped without.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'

const folder = process.env['WASTEX_TEST_SHARED'] ?? path.join(import.meta.dirname, '../../../shared')

/** The absolute path of a file or folder in it; undefined where there is none. */
export function shared(name: string): string | undefined {
  const place = path.resolve(folder, name)
  return folder !== 'none' && existsSync(place) ? place : undefined
}

/** A Keras file of InceptionV3, trained on ImageNet. */
export const sharedWeights = process.env['WASTEX_WEIGHTS'] ?? shared('weights/inception_v3_notop.h5')
