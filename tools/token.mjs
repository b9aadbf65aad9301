/** `npm run token -- create NAME --role operator | list | revoke NAME`: sets up what is missing, then src/token.ts. */
import { setUp } from './setup.mjs'

await setUp(['packages', 'client', 'build'])
process.setSourceMapsEnabled(true)
await import('../dist/token.js')
