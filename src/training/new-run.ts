/** What a new run is called, and what it is to tell apart. */
import type { Config } from '../config.js'
import type { Db } from '../db.js'
import { badInput } from '../errors.js'
import type { Hall } from '../hall.js'
import { foundFolders } from '../model/run-folder.js'

/** The next number that neither a run has nor a folder left by another database. */
export async function freeRunName(tx: Db, config: Pick<Config, 'modelsDir'>): Promise<string> {
  const runs = await tx.trainingRun.findMany({ where: { name: { startsWith: 'run-' } }, select: { name: true } })
  const numbers = [...runs, ...(await foundFolders(config))].map(({ name }) =>
    Number(/^run-(\d{1,9})$/.exec(name)?.[1] ?? 0),
  )
  return `run-${numbers.reduce((highest, n) => Math.max(highest, n), 0) + 1}`
}

export async function trainableClasses(hall: Hall, versionId: number, name: string): Promise<string[]> {
  const counts = await hall.db.versionEntry.groupBy({
    by: ['classLabel', 'split'],
    where: { versionId, photo: { erasedAt: null } },
    _count: true,
  })
  const labels = [...new Set(counts.map(({ classLabel }) => classLabel))].toSorted((a, b) => (a < b ? -1 : 1))
  if (!counts.some(({ split }) => split === 'TEST'))
    throw badInput(
      'input.datasetVersion',
      `Version “${name}” has no test photos: nothing would say how good the model is. Give a class three photos or more.`,
    )
  const trained = new Set(counts.filter(({ split }) => split === 'TRAIN').map(({ classLabel }) => classLabel))
  if (trained.size < 2)
    throw badInput('input.datasetVersion', `Version “${name}” has training photos of fewer than two classes.`)
  return labels
}
