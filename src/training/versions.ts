/** What took part in making a model, for its card. */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export function versions(): Record<string, string> {
  const packages = ['@tensorflow/tfjs-node', 'onnxruntime-node', 'sharp']
  const version = (name: string) => (require(`${name}/package.json`) as { version: string }).version
  return { node: process.versions.node, ...Object.fromEntries(packages.map((name) => [name, version(name)])) }
}
