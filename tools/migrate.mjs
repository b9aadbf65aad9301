/**
 * `npm run migrate -- what_it_does`: a new migration from what changed in prisma/schema.prisma. Needs no database. The SQL is
 * `prisma migrate diff`'s (`migrate dev` would do the same on a database of one's own, yet the WebAssembly engine traps on
 * its look at data that might get lost): read it before it is committed.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from './command.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = path.join(root, 'prisma', 'migrations')
const usage = `npm run migrate -- what_it_does

Writes a migration from what changed in prisma/schema.prisma.`
const check = ({ positionals: [name] }) =>
  /^\w+$/.test(name) ? undefined : `'${name}' is not a name of letters, digits and _.`
const needs = ['packages', 'client']
await command({ usage, positionals: [1, 1], check, needs }, ({ positionals: [name] }) => migrate(name))

async function migrate(name) {
  const { packageProgram } = await import('./setup/programs.mjs')
  const compare = [
    'migrate',
    'diff',
    '--from-migrations=prisma/migrations',
    '--to-schema=prisma/schema.prisma',
    '--script',
  ]
  const { ok, output, end } = await packageProgram(root, 'tsx', ['tools/with-database.ts', 'prisma', ...compare])
  if (!ok) stop(`prisma migrate diff failed (${end}):\n${output}`)
  const sql = output.slice(output.indexOf('-- '))
  if (sql.includes('This is an empty migration'))
    stop('Nothing changed in prisma/schema.prisma: no migration is needed.')

  const target = path.join(folder, `${timestamp()}_${name}`)
  mkdirSync(target)
  writeFileSync(path.join(target, 'migration.sql'), `${sql}\n`)
  console.log(`${path.relative(root, target)}/migration.sql\n\n${sql}`)
}

/** UTC, as Prisma writes it, and after every migration that is there, whatever clock made it. */
function timestamp() {
  const now = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const last = readdirSync(folder)
    .filter((entry) => /^\d{14}_/.test(entry))
    .toSorted()
    .at(-1)
    ?.slice(0, 14)
  return last && last >= now ? String(BigInt(last) + 1n) : now
}

function stop(message) {
  console.error(message)
  process.exit(1)
}
