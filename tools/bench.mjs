/** `npm run bench`: sets up what is missing, then measures (bench/run.ts). Arguments go to it: `npm run bench -- classifying`. */
import { setUp } from './setup.mjs'

await setUp()
await import('tsx')
await import('../bench/run.ts')
