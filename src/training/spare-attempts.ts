/**
 * What attempts at runs have left and does not count goes: folders of models, links to them, checkpoints. That an attempt does not
 * count is so for ever: a run is COMPLETED once, and an earlier attempt never gets it back. So this may be done at any time, and late:
 * an attempt that is newer than the row that was read is left alone.
 */
import { readdir, readlink } from 'node:fs/promises'
import path from 'node:path'
import type { TrainingRun } from '../db.js'
import { remove } from '../disk.js'
import type { Hall } from '../hall.js'
import { readCard } from '../model/card.js'
import { type FoundFolder, foundFolders, linkToRun, runFolder } from '../model/run-folder.js'
import { checkpointsFolder } from './prepare-job.js'
import { isRunning } from './run-record.js'

type Row = Pick<TrainingRun, 'id' | 'name' | 'attempt' | 'status'>

/** @param runId left out: of all runs */
export async function removeSpareAttempts(hall: Pick<Hall, 'config' | 'db' | 'log'>, runId?: string): Promise<void> {
  const { config, db, log } = hall
  // The folders first: an attempt that comes after this look is in none of them.
  const folders = await foundFolders(config)
  const rows: Row[] = await db.trainingRun.findMany({
    where: runId === undefined ? {} : { id: runId },
    select: { id: true, name: true, attempt: true, status: true },
  })
  const kept: string[] = await readdir(checkpointsFolder(config)).catch(() => []) // nothing was ever trained here
  for (const run of rows)
    try {
      const left: FoundFolder[] = []
      for (const folder of folders.filter(({ name }) => name === run.name))
        if (!folder.isLink && (await isSpare(run, folder))) await remove(folder.place)
        else left.push(folder)
      await linkForPeople(hall, run, left)
      if (run.status === 'COMPLETED' && kept.includes(run.id))
        await remove(path.join(checkpointsFolder(config), run.id))
    } catch (error) {
      // Another server does the same at this moment, links are not to be had there, or a folder is somebody else's: nobody needs it gone.
      log.warn(
        { error, run: run.name },
        'what attempts at a run left could not be put in order; the next start does it',
      )
    }
}

/** A folder that another database's run has left under the same name is none of ours. */
async function isSpare(run: Row, { place, attempt }: FoundFolder): Promise<boolean> {
  const mayCount = run.status === 'COMPLETED' || isRunning(run.status)
  const current = Math.max(1, run.attempt)
  if (attempt > current || (mayCount && attempt === current)) return false
  const card = await readCard(place).catch(() => undefined)
  return card?.run.id === run.id
}

/** @param found what lies there under its name */
async function linkForPeople({ config }: Pick<Hall, 'config'>, run: Row, found: readonly FoundFolder[]): Promise<void> {
  const plain = found.find(({ place }) => path.basename(place) === run.name)
  const target = path.basename(runFolder(config, run))
  const isDue =
    run.status === 'COMPLETED' && target !== run.name && found.some(({ attempt }) => attempt === run.attempt)
  if (plain?.isLink && (!isDue || (await readlink(plain.place)) !== target)) await remove(plain.place)
  else if (plain) return
  if (isDue) await linkToRun(config, run)
}
