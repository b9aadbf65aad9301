/** What was computed of a photo goes with the photo. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../config.js'
import { remove } from '../../disk.js'
import { featuresFolder, type Hashes } from './place.js'

/** Of every network, every view and every file that stood for it. */
export async function forgetFeatures(
  config: Pick<Config, 'dataDir'>,
  { contentHash, storedHash }: Hashes,
): Promise<void> {
  const root = featuresFolder(config)
  for (const network of await readdir(root).catch(() => []))
    // Those of a copy once had the copy's hash alone.
    for (const hash of new Set([contentHash, storedHash])) {
      const folder = path.join(root, network, hash.slice(0, 2))
      const own = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(`${hash}.`))
      for (const name of own) await remove(path.join(folder, name))
    }
}
