/** What took part in making a model, for its card. */
import { readFile } from 'node:fs/promises'

/** Exact versions, as `package.json` pins them. */
export async function versions(): Promise<Record<string, string>> {
  const { version, dependencies } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string; dependencies: Record<string, string> }
  const engines = ['@tensorflow/tfjs-node', 'onnxruntime-node', 'sharp']
  const pinned = engines.map((name) => [name, dependencies[name] ?? ''] as const)
  return { wastex: version, node: process.versions.node, ...Object.fromEntries(pinned) }
}
