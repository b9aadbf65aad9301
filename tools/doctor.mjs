/** `npm run doctor`: what this machine has and lacks for WasteX, a line each, with what mends it. Exit code 1 when something fails. */
import { existsSync } from 'node:fs'
import { command } from './command.mjs'

const usage = `npm run doctor

Says what this machine has and lacks for WasteX, and what mends it. Exit code 1 when something fails.`

// `npm run doctor | head`: whoever reads has read enough.
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
const withoutNode = (sentence) => console.log(`fail  Node             ${sentence}`)
await command({ usage, needs: [], withoutNode }, async ({ restartedFrom }) => {
  if (!existsSync(new URL('../node_modules/tsx', import.meta.url))) {
    console.log('fail  packages         not installed: npm ci (npm start does it)')
    process.exit(1)
  }
  await import('tsx')
  const { lookAtAll } = await import('./doctor/run.ts')
  await lookAtAll(restartedFrom)
})
