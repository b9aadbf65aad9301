/** Where features are kept, and by what name. */
import path from 'node:path'
import type { Config } from '../../config.js'

export const featuresFolder = ({ dataDir }: Pick<Config, 'dataDir'>): string => path.join(dataDir, 'features')

/** Of a photo, and of the file that stands for it. */
export interface Hashes {
  readonly contentHash: string
  readonly storedHash: string
}

/**
 * The photo first, so that what was computed of it is found whatever file stood for it; then the file, where that is a copy.
 */
export const featuresKey = ({ contentHash, storedHash }: Hashes): string =>
  storedHash === contentHash ? contentHash : `${contentHash}.${storedHash.slice(0, 16)}`
