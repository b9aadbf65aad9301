/** The Nodes that WasteX supports: `engines` in package.json, as `^22.12.0 || ^24.0.0`. */
import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
const numbers = (version) => version.split('.').map(Number)
const lines = manifest.engines.node.split('||').map((range) => numbers(range.trim().replace('^', '')))

/** @param {string} version as in `process.versions.node` */
export function isSupported(version) {
  const [major, minor] = numbers(version)
  return lines.some(([wanted, least]) => major === wanted && minor >= least)
}

/** For a sentence: `22 (from 22.12), 24 or 26`. */
export const supportedNodes = lines
  .map(([major, minor]) => (minor > 0 ? `${major} (from ${major}.${minor})` : String(major)))
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1')
