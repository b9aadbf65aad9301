/** `npm run doctor`: what this machine has and lacks for WasteX, a line each, with what mends it. Exit code 1 when something fails. */
import { existsSync } from 'node:fs'
import { wrongNode } from './setup/node-version.mjs'

// `npm run doctor | head`: whoever reads has read enough.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
const wrong = wrongNode()
if (wrong) {
  console.log(`fail  Node          ${wrong}`)
  process.exit(1)
}
if (!existsSync(new URL('../node_modules/tsx', import.meta.url))) {
  console.log('fail  packages      not installed: npm ci (npm start does it)')
  process.exit(1)
}
await import('tsx')
await import('./doctor/run.ts')
