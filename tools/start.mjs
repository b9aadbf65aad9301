/** `npm start`: sets up what is missing, then is the server. One process, so that signals and exit codes are the server's. */
import { setUp } from './setup.mjs'

await setUp()
process.setSourceMapsEnabled(true)
await import('../dist/main.js')
