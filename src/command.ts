/** `npm run backup`, `restore` and `prune`: what is done to a WasteX from the outside, while it serves or not. tools/ reads their arguments. */
import path from 'node:path'
import { type Config, readConfig } from './config.js'
import { useDatabase } from './database/use.js'
import { connect } from './db.js'
import { messageOf } from './errors.js'
import { backUp } from './keeping/backup.js'
import { findPrunable, prune } from './keeping/prune.js'
import { restore } from './keeping/restore.js'
import { ownFilesOnly } from './own-folders.js'

const say = (line: string) => console.log(line)
const faultsShown = 20

export const runBackup = (file: string): Promise<void> =>
  onDatabase(async (config, url) => {
    const { photos, models, rows, faults } = await backUp(config, url, path.resolve(file))
    say(`${file}: ${total(rows)} rows, ${photos} photos, ${models.length} models`)
    if (faults.length === 0) return
    complain('The backup is written, and lacks what this WasteX has lost', faults)
    process.exitCode = 1
  })

export const runRestore = (file: string): Promise<void> =>
  onDatabase(async (config, url) => {
    const { at, photos, models, rows, faults } = await restore(config, url, path.resolve(file))
    say(`Restored as of ${at}: ${total(rows)} rows, ${photos} photos, ${models.length} models`)
    if (faults.length > 0) complain('This had been lost before the backup was made', faults)
  })

/** @param options `days`: younger runs and versions are kept. `yes`: removes what it finds; else it is only listed. */
export const runPrune = ({ days, yes }: { days: number; yes: boolean }): Promise<void> =>
  onDatabase(async (config, url) => {
    const db = connect(url)
    try {
      const found = await findPrunable({ config, db }, days)
      if (found.runs.length + found.versions.length === 0) return say('Nothing is older and not needed.')
      if (yes) return await prune({ config, db }, found, say)
      for (const { name } of found.runs) say(`run ${name} with its model would go`)
      for (const { name, totalImages } of found.versions) say(`version ${name} of ${totalImages} photos would go`)
      say(`Nothing was removed. npm run prune -- --days ${days} --yes does it.`)
    } finally {
      await db.$disconnect()
    }
  })

function complain(what: string, faults: readonly string[]): void {
  console.error(`${what}:`)
  for (const fault of faults.slice(0, faultsShown)) console.error(`  ${fault}`)
  if (faults.length > faultsShown) console.error(`  and ${faults.length - faultsShown} more`)
}

const total = (rows: Readonly<Record<string, number>>) => Object.values(rows).reduce((sum, count) => sum + count, 0)

/** Says in a line what went wrong, and ends with exit code 1 then. */
async function onDatabase(work: (config: Config, url: string) => Promise<void>): Promise<void> {
  ownFilesOnly()
  try {
    const config = readConfig()
    await useDatabase(
      config,
      (line) => console.error(line),
      (database) => work(config, database.url),
    )
  } catch (error) {
    console.error(messageOf(error))
    process.exitCode = 1
  }
}
