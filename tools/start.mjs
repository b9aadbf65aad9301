/** `npm start`. One process, so that signals and exit codes are the server's. */
import { command } from './command.mjs'

const usage = `npm start

Sets up what is missing, then serves. Its settings are environment variables (README.md, “Settings”).`

await command({ usage }, async () => {
  process.setSourceMapsEnabled(true)
  await import('../dist/main.js')
})
