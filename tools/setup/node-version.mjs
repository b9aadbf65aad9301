/** Plain syntax on purpose: it has to be understood by the very Node that it turns away. */
import { readFileSync } from 'node:fs'

/** @returns {string | undefined} what to do when this Node is too old. */
export function wrongNode() {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const wanted = manifest.engines.node.replace('>=', '')
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined
  return `WasteX needs Node.js ${wanted} or newer, and this is ${process.versions.node}: install a newer one (nodejs.org, nvm, fnm).`
}
