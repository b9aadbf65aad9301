/** `npm run demo`: the whole loop once on drawn photos (demo/run.ts). */
import { command } from './command.mjs'

const usage = `npm run demo

Goes through the whole loop once on drawn photos, in a folder of its own below data/demo, and leaves a server running.`

await command({ usage }, async () => {
  await import('tsx')
  await import('../demo/run.ts')
})
