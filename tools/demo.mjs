/** `npm run demo`: sets up what is missing, then the whole loop once on drawn photos (demo/run.ts). */
import { setUp } from './setup.mjs'

await setUp()
await import('tsx')
await import('../demo/run.ts')
