/** `npm run build`: the server and the console as they run, and what that needs. */
import { command } from './command.mjs'

const usage = `npm run build

Compiles the server and the console into dist.`

await command({ usage, needs: ['packages', 'client', 'build'] }, () => {})
