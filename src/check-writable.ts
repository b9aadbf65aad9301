import path from 'node:path'
import { remove, writeFileWhole } from './disk.js'
import { messageOf } from './errors.js'

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
