/** What was computed of a photo goes with the photo. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../config.js'
import { remove } from '../../disk.js'

export const featuresFolder = ({ dataDir }: Pick<Config, 'dataDir'>): string => path.join(dataDir, 'features')

/** Of every network and every view: `feature-cache.ts` names files by the content hash. */
export async function forgetFeatures(config: Pick<Config, 'dataDir'>, storedHash: string): Promise<void> {
  const root = featuresFolder(config)
  for (const network of await readdir(root).catch(() => [])) {
    const folder = path.join(root, network, storedHash.slice(0, 2))
    const own = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(`${storedHash}.`))
    for (const name of own) await remove(path.join(folder, name))
  }
}
