/** What took part in making a model, for its card. */
import { dependencies, release } from '../release.js'

/** Exact versions, as `package.json` pins them. */
export function versions(): Record<string, string> {
  const engines = ['@tensorflow/tfjs-node', 'onnxruntime-node', 'sharp']
  const pinned = engines.map((name) => [name, dependencies[name] ?? ''] as const)
  return { wastex: release, node: process.versions.node, ...Object.fromEntries(pinned) }
}
