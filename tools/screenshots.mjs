/** `npm run screenshots` (tools/screenshots.ts). */
import { command } from './command.mjs'

const usage = `npm run screenshots -- ADDRESS [FOLDER] [--all]

Pictures of every screen of the WasteX at that address, such as http://127.0.0.1:4000 (npm run demo leaves one running).

  FOLDER   default docs/console, with --all data/screenshots
  --all    each screen at three widths, light and dark`

await command(
  {
    usage,
    options: { all: { type: 'boolean', default: false } },
    positionals: [1, 2],
    check: ({ positionals: [address] }) =>
      /^https?:\/\/[^/]/.test(address) ? undefined : `'${address}' is not an address such as http://127.0.0.1:4000.`,
    needs: ['packages', 'client', 'tensorflow', 'build', 'browser'],
  },
  async ({ values: { all: isAll }, positionals: [address, folder] }) => {
    await import('tsx')
    const { takeScreenshots } = await import('./screenshots.ts')
    await takeScreenshots(address, folder, isAll)
  },
)
