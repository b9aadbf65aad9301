/** `npm run backup` (src/command.ts). */
import { command } from './command.mjs'

const usage = `npm run backup -- FILE

Writes database, photos and models into one file, such as wastex.tar, while WasteX serves or not.`

await command(
  { usage, positionals: [1, 1], needs: ['packages', 'client', 'build'] },
  async ({ positionals: [file] }) => {
    process.setSourceMapsEnabled(true)
    const { runBackup } = await import('../dist/command.js')
    await runBackup(file)
  },
)
