import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from './config.js'
import { makeFolder } from './database/place.js'
import { disk, remove, writeFileWhole } from './disk.js'
import { messageOf } from './errors.js'
import type { Log } from './log.js'

/** PostgreSQL may run as another user, who must be able to pass through the data folder and those that are made around it. */
export function makeDataFolder(dataDir: string): void {
  try {
    makeFolder(dataDir)
  } catch {
    // `checkWritable` says why, in words.
  }
}

/**
 * Before anything is begun: a folder that cannot be written to is no place to work in.
 * @param setting that names it @throws Error with one line that says what to do
 */
export async function checkWritable(folder: string, setting: string): Promise<void> {
  // Named as a draft: where a crash leaves it, it is swept, and nobody takes it for a run.
  const probe = path.join(folder, '.probe.tmp')
  try {
    await writeFileWhole(probe, 'WasteX can write here.')
    await remove(probe)
  } catch (error) {
    const reasons: Readonly<Record<string, string>> = {
      STORAGE_FULL: 'The disk is full: make room on it',
      EROFS: 'The file system is read-only: mount it for writing',
      EACCES: 'This user may not write there: give it the right to',
      EPERM: 'This user may not write there: give it the right to',
    }
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? `${messageOf(error)}: mend that`
    throw new Error(`The folder ${folder} cannot be written to. ${reason}, or name another one in ${setting}.`, {
      cause: error,
    })
  }
}

/** What a file or folder of ours lets others do from the start: nothing. Each process that makes some sets it first. */
export const ownFilesOnly = (): void => void process.umask(0o077)

/**
 * The same for what an older release made. Through the data folder itself others may still pass, and see nothing of it: PostgreSQL
 * may run as another user, and looks after its own.
 */
export async function keepFromOthers({ dataDir, modelsDir }: Pick<Config, 'dataDir' | 'modelsDir'>, log: Log) {
  const entries = await readdir(dataDir, { withFileTypes: true })
  const ours = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('pg'))
  const closed = [modelsDir, ...ours.map(({ name }) => path.join(dataDir, name))]
  const bits = [[dataDir, 0o066], ...closed.map((folder) => [folder, 0o077])] as [string, number][]
  for (const [folder, othersBits] of bits) {
    try {
      const { mode } = await stat(folder)
      if ((mode & othersBits) !== 0) await disk.chmod(folder, mode & 0o7777 & ~othersBits)
    } catch (error) {
      log.warn(`others on this machine may read ${folder}: ${messageOf(error)}`)
    }
  }
}
