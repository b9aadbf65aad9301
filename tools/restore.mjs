/** `npm run restore` (src/command.ts). */
import { command } from './command.mjs'

const usage = `npm run restore -- FILE

Brings a backup back into an empty WASTEX_DATA and WASTEX_MODELS.`

await command(
  { usage, positionals: [1, 1], needs: ['packages', 'client', 'build'] },
  async ({ positionals: [file] }) => {
    process.setSourceMapsEnabled(true)
    const { runRestore } = await import('../dist/command.js')
    await runRestore(file)
  },
)
