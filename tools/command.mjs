/** `npm run backup`, `restore`, `prune`: sets up what is missing, then does it (src/command.ts). */
import { setUp } from './setup.mjs'

await setUp(['packages', 'client', 'build'])
process.setSourceMapsEnabled(true)
await import('../dist/command.js')
