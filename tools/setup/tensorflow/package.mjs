/** Where `@tensorflow/tfjs-node` lies, and where it looks for what we have to bring. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(import.meta.url)

/** Looked up at each call: this file is loaded before the packages are there. */
export function tfjsNode() {
  const manifest = require.resolve('@tensorflow/tfjs-node/package.json')
  const { version, binary } = JSON.parse(readFileSync(manifest, 'utf8'))
  // The choice that its loader makes, too: the newest Node-API that both it and this Node know.
  const napi = Math.max(...binary.napi_versions.filter((known) => known <= Number(process.versions.napi)))
  return {
    folder: path.dirname(manifest),
    version,
    napi,
    /** Relative to `folder`: the addon, and the folder of the shared libraries, which the addon finds from where it lies. */
    addon: path.join('lib', `napi-v${napi}`, 'tfjs_binding.node'),
    libraries: path.join('deps', 'lib'),
  }
}

export const headers = () => require('node-api-headers').include_dir
