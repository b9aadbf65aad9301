/** May a run begin with the weights of the one that serves? */
import { isDeepStrictEqual } from 'node:util'
import type { Db, DatasetVersion, TrainingRun } from '../db.js'
import { diffCounts, versionDiff } from '../versions/diff.js'
import { type Settings, settingsFrom, type TrainingInput } from './settings.js'

/** Of the photos that a run from the backbone learned from. What has changed more is worth a training from the beginning. */
const mostChanged = 0.1

/**
 * The serving run, when it was trained as this one would be, from nearly the same photos. How much has changed is counted from
 * the last run that began with the backbone: a chain of small steps does not lead away for ever.
 */
export async function runToGoOnFrom(
  db: Db,
  version: DatasetVersion,
  input: TrainingInput,
): Promise<TrainingRun | undefined> {
  if (input.fromServing === false || input.stage1 || input.stage2 || input.batchSize != null) return undefined
  const serving = await db.trainingRun.findFirst({ where: { isActive: true } })
  if (!serving || serving.recipe !== (input.recipe ?? 'DEFAULT')) return undefined
  let origin = serving
  while (origin.startedFromId) origin = await db.trainingRun.findUniqueOrThrow({ where: { id: origin.startedFromId } })
  if (!isByDefault(origin)) return undefined

  const learned = await db.datasetVersion.findUniqueOrThrow({ where: { id: origin.versionId } })
  const { added, removed, relabelled } = await diffCounts(db, await versionDiff(db, learned.name, version.name))
  return added + removed + relabelled <= mostChanged * learned.totalImages ? serving : undefined
}

/** Whether nobody asked for anything but its recipe. */
function isByDefault(run: TrainingRun): boolean {
  const { stage1, stage2, batchSize } = settingsFrom({ datasetVersion: '', recipe: run.recipe })
  // Written by `settingsFrom` when the run was started.
  const own = run.settings as unknown as Settings
  return isDeepStrictEqual(
    { stage1: own.stage1, stage2: own.stage2, batchSize: own.batchSize },
    { stage1, stage2, batchSize },
  )
}
