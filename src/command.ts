/** `npm run backup`, `restore` and `prune`, after set-up: what is done to a WasteX from the outside, while it serves or not. */
import path from 'node:path'
import { type Config, readConfig } from './config.js'
import { useDatabase } from './database/use.js'
import { connect } from './db.js'
import { messageOf } from './errors.js'
import { backUp } from './keeping/backup.js'
import { findPrunable, prune } from './keeping/prune.js'
import { restore } from './keeping/restore.js'

const say = (line: string) => console.log(line)
/** Younger runs and versions are not old. */
const defaultDays = 30
const faultsShown = 20

const commands: Readonly<Record<string, (config: Config, url: string, args: readonly string[]) => Promise<void>>> = {
  async backup(config, url, [file]) {
    const { photos, models, rows, faults } = await backUp(config, url, fileOf('backup', file))
    say(`${file}: ${total(rows)} rows, ${photos} photos, ${models.length} models`)
    if (faults.length === 0) return
    complain('The backup is written, and lacks what this WasteX has lost', faults)
    process.exitCode = 1
  },
  async restore(config, url, [file]) {
    const { at, photos, models, rows, faults } = await restore(config, url, fileOf('restore', file))
    say(`Restored as of ${at}: ${total(rows)} rows, ${photos} photos, ${models.length} models`)
    if (faults.length > 0) complain('This had been lost before the backup was made', faults)
  },
  async prune(config, url, args) {
    const days = Number(args.find((arg) => arg.startsWith('--days='))?.slice('--days='.length) ?? defaultDays)
    if (!(days >= 0)) throw new Error('How many days? npm run prune -- --days=30 --yes')
    const db = connect(url)
    try {
      const found = await findPrunable({ config, db }, days)
      if (found.runs.length + found.versions.length === 0) return say('Nothing is older and not needed.')
      if (args.includes('--yes')) return await prune({ config, db }, found, say)
      for (const { name } of found.runs) say(`run ${name} with its model would go`)
      for (const { name, totalImages } of found.versions) say(`version ${name} of ${totalImages} photos would go`)
      say('Nothing was removed. npm run prune -- --yes does it.')
    } finally {
      await db.$disconnect()
    }
  },
}

function complain(what: string, faults: readonly string[]): void {
  console.error(`${what}:`)
  for (const fault of faults.slice(0, faultsShown)) console.error(`  ${fault}`)
  if (faults.length > faultsShown) console.error(`  and ${faults.length - faultsShown} more`)
}

function fileOf(command: string, file: string | undefined): string {
  if (file === undefined) throw new Error(`Which file? npm run ${command} -- wastex.tar`)
  return path.resolve(file)
}

const total = (rows: Readonly<Record<string, number>>) => Object.values(rows).reduce((sum, count) => sum + count, 0)

try {
  const [name = '', ...args] = process.argv.slice(2)
  const command = commands[name]
  if (!command) throw new Error(`There is no command “${name}”: ${Object.keys(commands).join(', ')}.`)
  const config = readConfig()
  await useDatabase(
    config,
    (line) => console.error(line),
    (database) => command(config, database.url, args),
  )
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
