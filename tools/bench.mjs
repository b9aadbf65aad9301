/** `npm run bench`: sets up what is missing, then measures (bench/run.ts). */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { command } from './command.mjs'

const lines = readdirSync(new URL('../bench/lines', import.meta.url)).map((file) => path.parse(file).name)
const usage = `npm run bench -- [LINE ...] [--photos FOLDER] [--folder FOLDER]

Measures; every line by default, about an hour.

  LINE              ${lines.join(', ')}
  --photos FOLDER   photos of yours, with a folder for each class; without, they are drawn
  --folder FOLDER   for what it writes; default a new one below data/bench`

await command(
  {
    usage,
    options: { photos: { type: 'string' }, folder: { type: 'string' } },
    positionals: [0, lines.length],
    check({ positionals }) {
      const unknown = positionals.find((name) => !lines.includes(name))
      return unknown && `There is no line '${unknown}'.`
    },
  },
  async ({ values, positionals }) => {
    await import('tsx')
    const { measure } = await import('../bench/run.ts')
    await measure(positionals, values)
  },
)
