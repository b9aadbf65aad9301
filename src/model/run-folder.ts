/**
 * Where the files of a run lie. Each attempt at a run has a folder of its own, so that a worker which wakes up late writes beside the
 * files of those that came after it, and never over them: `models/run-1` for the first attempt (and for a run of release 0.1.0), then
 * `models/run-1.attempt-2`. The run's row says which attempt counts. For people, `models/run-1` is a link to that one (`linkToRun`).
 */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.js'
import type { TrainingRun } from '../db.js'
import { linkBeside } from '../disk.js'

type Models = Pick<Config, 'modelsDir'>
type AttemptOfRun = Pick<TrainingRun, 'name' | 'attempt'>

const nameOf = ({ name, attempt }: AttemptOfRun) => (attempt <= 1 ? name : `${name}.attempt-${attempt}`)
const folderName = /^(.+)\.attempt-(\d{1,9})$/

/** The only way from a run to its files. */
export const runFolder = ({ modelsDir }: Models, run: AttemptOfRun): string => path.join(modelsDir, nameOf(run))

/** A folder or link in the models folder, and the run whose it may be. */
export interface FoundFolder {
  readonly place: string
  /** Of a run. */
  readonly name: string
  /** 1 also for a run of release 0.1.0. */
  readonly attempt: number
  readonly isLink: boolean
}

/** All there are, of whatever run. */
export async function foundFolders({ modelsDir }: Models): Promise<FoundFolder[]> {
  const entries = await readdir(modelsDir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] // nothing was ever trained here
    throw error
  })
  return entries
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()))
    .map((entry) => {
      const [, name = entry.name, attempt = '1'] = folderName.exec(entry.name) ?? []
      const place = path.join(modelsDir, entry.name)
      return { place, name, attempt: Number(attempt), isLink: entry.isSymbolicLink() }
    })
}

/** For people and their tools: nothing here reads by it. */
export const linkToRun = ({ modelsDir }: Models, run: AttemptOfRun): Promise<void> =>
  linkBeside(path.join(modelsDir, run.name), nameOf(run))
