/**
 * Runs and versions that nothing needs any more. What is needed: the run that serves and the one before it; what is younger than
 * the given age; whatever one of these was compared with, began with, was trained on or descends from; and every version that
 * took in labelled photos, for nowhere else is written what they show.
 */
import { command } from '../access/doer.js'
import { leaveTrail } from '../access/trail.js'
import { databaseTime } from '../db.js'
import { remove } from '../disk.js'
import type { Hall } from '../hall.js'
import { foundFolders } from '../model/run-folder.js'
import { checkpointsOfRun } from '../training/prepare-job.js'
import { changingVersions } from '../versions/one-at-a-time.js'

const dayMs = 86_400_000

export interface Prunable {
  readonly runs: readonly { readonly id: string; readonly name: string }[]
  readonly versions: readonly { readonly id: number; readonly name: string; readonly totalImages: number }[]
}

type PruningHall = Pick<Hall, 'config' | 'db'>

/** @param days what is younger is needed. */
export async function findPrunable({ db }: PruningHall, days: number): Promise<Prunable> {
  const since = new Date((await databaseTime(db)).getTime() - days * dayMs)
  const runs = await db.trainingRun.findMany({
    orderBy: [{ promotedAt: { sort: 'desc', nulls: 'last' } }, { id: 'asc' }],
  })
  const byId = new Map(runs.map((run) => [run.id, run]))
  const before = runs.find(({ isActive, promotedAt }) => !isActive && promotedAt !== null)
  const needed = new Set(
    runs
      .filter(
        ({ isActive, status, createdAt }) =>
          isActive || status === 'QUEUED' || status === 'RUNNING' || createdAt > since,
      )
      .map(({ id }) => id),
  )
  if (before) needed.add(before.id)
  // What is added while it is gone through is gone through as well.
  for (const id of needed)
    for (const other of [byId.get(id)?.baselineId, byId.get(id)?.startedFromId]) if (other != null) needed.add(other)

  const versions = await db.datasetVersion.findMany({ include: { _count: { select: { images: true } } } })
  const parents = new Map(versions.map(({ id, parentId }) => [id, parentId]))
  const trainedOn = new Set(runs.filter(({ id }) => needed.has(id)).map(({ versionId }) => versionId))
  const kept = new Set(
    versions
      .filter(
        ({ id, isActive, createdAt, _count }) =>
          isActive || createdAt > since || _count.images > 0 || trainedOn.has(id),
      )
      .map(({ id }) => id),
  )
  for (const id of kept) {
    const parent = parents.get(id)
    if (parent != null) kept.add(parent)
  }
  return {
    runs: runs.filter(({ id }) => !needed.has(id)).map(({ id, name }) => ({ id, name })),
    versions: versions
      .filter(({ id }) => !kept.has(id))
      // Children go before their parents.
      .toSorted((a, b) => b.id - a.id)
      .map(({ id, name, totalImages }) => ({ id, name, totalImages })),
  }
}

/** @param say a line for each that is gone. */
export async function prune(
  hall: PruningHall,
  { runs, versions }: Prunable,
  say: (line: string) => void,
): Promise<void> {
  for (const run of runs) if (await removeRun(hall, run)) say(`run ${run.name} is gone`)
  for (const version of versions) if (await removeVersion(hall, version)) say(`version ${version.name} is gone`)
}

/** Files first: where a crash comes between, the row is found again, and no folder is left that nothing names. */
function removeRun({ config, db }: PruningHall, { id, name }: Prunable['runs'][number]): Promise<boolean> {
  return db.$transaction(async (tx) => {
    // As a promotion does (promotion/mark.ts): it comes before or after, and not between.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('wastex promotion'))`
    const where = { id, isActive: false, status: { notIn: ['QUEUED' as const, 'RUNNING' as const] } }
    const run = await tx.trainingRun.findFirst({ where, include: { datasetVersion: { select: { name: true } } } })
    if (!run) return false
    for (const folder of await foundFolders(config)) if (folder.name === name) await remove(folder.place)
    await remove(checkpointsOfRun(config, id))
    await tx.trainingRun.delete({ where: { id } })
    const before = { status: run.status, datasetVersion: run.datasetVersion.name }
    await leaveTrail(tx, command, [{ action: 'PRUNE', subject: { type: 'TrainingRun', id, name }, before }])
    return true
  })
}

function removeVersion({ db }: PruningHall, { id, name, totalImages }: Prunable['versions'][number]): Promise<boolean> {
  // Nobody makes it the active one, or a parent, while it is looked at; nobody begins to train on it.
  return changingVersions(db, async (tx) => {
    await tx.$executeRaw`SELECT FROM "DatasetVersion" WHERE id = ${id} FOR UPDATE`
    const where = { id, isActive: false, runs: { none: {} }, children: { none: {} }, images: { none: {} } }
    if ((await tx.datasetVersion.count({ where })) === 0) return false
    await tx.$executeRaw`SELECT set_config('wastex.removed_version', ${String(id)}, true)`
    await tx.versionEntry.deleteMany({ where: { versionId: id } })
    await tx.importReport.deleteMany({ where: { versionId: id } })
    await tx.datasetVersion.delete({ where: { id } })
    const subject = { type: 'DatasetVersion', id, name } as const
    await leaveTrail(tx, command, [{ action: 'PRUNE', subject, before: { totalImages } }])
    return true
  })
}
