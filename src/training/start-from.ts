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
  const chain = [serving]
  for (let run = serving; run.startedFromId; chain.push(run))
    run = await db.trainingRun.findUniqueOrThrow({ where: { id: run.startedFromId } })
  const origin = chain.at(-1) as TrainingRun
  if (!isByDefault(origin)) return undefined
  const versionIds = chain.map(({ versionId }) => versionId)
  if (await isSplitOtherwise(db, version.id, versionIds)) return undefined

  const learned = await db.datasetVersion.findUniqueOrThrow({ where: { id: origin.versionId } })
  const { added, removed, relabelled } = await diffCounts(db, await versionDiff(db, learned.name, version.name))
  return added + removed + relabelled <= mostChanged * learned.totalImages ? serving : undefined
}

/** Weights that have seen a photo of the test split would be praised for remembering it. */
async function isSplitOtherwise(db: Db, versionId: number, others: readonly number[]): Promise<boolean> {
  const [found] = await db.$queryRaw<{ otherwise: boolean }[]>`
    SELECT EXISTS (SELECT FROM "VersionEntry" own JOIN "VersionEntry" other ON other."photoId" = own."photoId"
      WHERE own."versionId" = ${versionId} AND other."versionId" = ANY(${others}::int[]) AND other.split <> own.split) AS otherwise`
  return found?.otherwise ?? false
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
