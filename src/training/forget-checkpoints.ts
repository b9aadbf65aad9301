/** A run goes on from its checkpoint until it is COMPLETED. A process that died just after that has left it. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { remove } from '../disk.js'
import type { Hall } from '../hall.js'
import { checkpointsFolder } from './prepare-job.js'

export async function forgetCheckpoints({ config, db }: Pick<Hall, 'config' | 'db'>): Promise<void> {
  const folder = checkpointsFolder(config)
  const kept: string[] = await readdir(folder).catch(() => []) // nothing was ever trained here
  const completed = await db.trainingRun.findMany({ where: { status: 'COMPLETED' }, select: { id: true } })
  for (const { id } of completed) if (kept.includes(id)) await remove(path.join(folder, id))
}
