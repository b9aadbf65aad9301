/** `npm run prune` (src/command.ts). */
import { command } from './command.mjs'

const usage = `npm run prune -- [--days N] [--yes]

Lists the runs and versions that nothing needs.

  --days N   only those older than N days, 0 to 36500. Default 30.
  --yes      removes them`

await command(
  {
    usage,
    options: { days: { type: 'string', default: '30' }, yes: { type: 'boolean', default: false } },
    check: ({ values: { days } }) =>
      /^\d+$/.test(days) && Number(days) <= 36_500 ? undefined : `'${days}' is not a number of days from 0 to 36500.`,
    needs: ['packages', 'client', 'build'],
  },
  async ({ values: { days, yes } }) => {
    process.setSourceMapsEnabled(true)
    const { runPrune } = await import('../dist/command.js')
    await runPrune({ days: Number(days), yes })
  },
)
