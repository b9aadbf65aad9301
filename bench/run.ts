/** `npm run bench`: a table of ratios, each against something measured in the same run. tools/bench.mjs reads the arguments. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Bench } from './bench.js'
import { type House, makeHouse } from './house.js'
import { lines } from './lines.js'
import { machine } from './machine.js'
import { markdown, oneLine, type Row } from './table.js'

/** @param names of lines; none: all. `photos` and `folder` are paths. */
export async function measure(
  names: readonly string[],
  given: { readonly photos?: string; readonly folder?: string },
): Promise<never> {
  const chosen = Object.entries(lines).filter(([name]) => names.length === 0 || names.includes(name))

  const began = performance.now()
  const clock = () => {
    const seconds = Math.round((performance.now() - began) / 1000)
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`.padStart(6)
  }
  const say = (line: string) => void process.stdout.write(`${clock()}  ${line}\n`)

  const folder = path.resolve(
    given.folder ?? path.join('data', 'bench', new Date().toISOString().slice(0, 19).replaceAll(':', '-')),
  )
  await mkdir(folder, { recursive: true })
  let made: Promise<House> | undefined
  const photos = given.photos && path.resolve(given.photos)
  const bench: Bench = { folder, photos, say, house: () => (made ??= makeHouse(bench)) }

  say(`${chosen.length} lines, about an hour for all of them; what they write is in ${folder}`)
  const rows: Row[] = []
  let failed = false
  for (const [name, line] of chosen) {
    say(name)
    try {
      for await (const row of line(bench)) {
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
}
