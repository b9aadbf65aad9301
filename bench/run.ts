/** `npm run bench [-- line ...] [--photos FOLDER]`: a table of ratios, each against something measured in the same run. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench } from './bench.js'
import { type House, makeHouse } from './house.js'
import { lines } from './lines.js'
import { machine } from './machine.js'
import { markdown, oneLine, type Row } from './table.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { photos: { type: 'string' }, folder: { type: 'string' } },
})
const unknown = positionals.find((name) => !Object.hasOwn(lines, name))
if (unknown) {
  process.stderr.write(`There is no line “${unknown}”. There are: ${Object.keys(lines).join(', ')}.\n`)
  process.exit(1)
}
const chosen = Object.entries(lines).filter(([name]) => positionals.length === 0 || positionals.includes(name))

const began = performance.now()
const clock = () => {
  const seconds = Math.round((performance.now() - began) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`.padStart(6)
}
const say = (line: string) => void process.stdout.write(`${clock()}  ${line}\n`)

const folder = path.resolve(
  values.folder ?? path.join('data', 'bench', new Date().toISOString().slice(0, 19).replaceAll(':', '-')),
)
await mkdir(folder, { recursive: true })
let made: Promise<House> | undefined
const photos = values.photos && path.resolve(values.photos)
const bench: Bench = { folder, photos, say, house: () => (made ??= makeHouse(bench)) }

say(`${chosen.length} lines, about an hour for all of them; what they write is in ${folder}`)
const rows: Row[] = []
let failed = false
for (const [name, measure] of chosen) {
  say(name)
  try {
    for await (const row of measure(bench)) {
      rows.push(row)
      say(`  ${oneLine(row)}`)
    }
  } catch (error) {
    failed = true
    say(`  could not be measured: ${error instanceof Error ? error.stack : String(error)}`)
  }
}
await (await made)?.close()
process.stdout.write(`\n${markdown(rows)}\n\n${machine()}\n`)
process.exit(failed ? 1 : 0)
