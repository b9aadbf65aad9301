/** Gathers what the training thread needs: it has no database. */
import path from 'node:path'
import type { Config } from '../config.js'
import type { TrainingRun } from '../db.js'
import type { Hall } from '../hall.js'
import { artefactsOf } from '../model/card.js'
import { photoFile } from '../photos/store.js'
import { trainingRows } from '../versions/training-rows.js'
import { featuresFolder } from './features/place.js'
import type { Job, OtherRun, TrainingPhoto } from './job.js'
import type { Settings } from './settings.js'

export async function prepareJob(hall: Hall, run: TrainingRun, weights: Job['weights']): Promise<Job> {
  const { config, db } = hall
  const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: run.versionId } })
  const start = run.startedFromId ? await db.trainingRun.findUnique({ where: { id: run.startedFromId } }) : undefined
  const serving = await db.trainingRun.findFirst({ where: { isActive: true } })
  return {
    runId: run.id,
    runName: run.name,
    versionName: version.name,
    classLabels: run.classLabels,
    photos: await trainingPhotos(hall, version.id),
    // Written by `settingsFrom` when the run was started, and by nobody since.
    settings: run.settings as unknown as Settings,
    weights,
    startFrom: start ? otherRun(start) : undefined,
    baseline: serving ? { ...otherRun(serving), seen: await seenBy(hall, serving) } : undefined,
    folders: {
      models: config.modelsDir,
      features: featuresFolder(config),
      checkpoint: checkpointFile(config, run.id),
    },
    featureCacheBytes: config.featureCacheBytes,
    rowsBytes: config.trainingRowsBytes,
    share: config.trainingShare,
    stop: new SharedArrayBuffer(1),
  }
}

export async function trainingPhotos(
  { config, db }: Pick<Hall, 'config' | 'db'>,
  versionId: number,
): Promise<TrainingPhoto[]> {
  const rows = await trainingRows(db, versionId)
  return rows.map((row) => ({
    contentHash: row.contentHash,
    storedHash: row.storedHash,
    file: photoFile(config, row),
    path: row.path,
    split: row.split,
    classLabel: row.classLabel,
  }))
}

const otherRun = (run: TrainingRun): OtherRun => ({ runName: run.name, artefacts: artefactsOf(run) })

export const checkpointsFolder = ({ dataDir }: Pick<Config, 'dataDir'>): string => path.join(dataDir, 'checkpoints')

/** In a folder of its own. */
export const checkpointFile = (config: Pick<Config, 'dataDir'>, runId: string): string =>
  path.join(checkpointsFolder(config), runId, 'last.bin')

/** Content hashes of the photos that a run learned from, or chose its best epoch and thresholds by. */
async function seenBy(hall: Hall, run: TrainingRun): Promise<Set<string>> {
  const rows = await trainingRows(hall.db, run.versionId)
  return new Set(rows.filter(({ split }) => split !== 'TEST').map(({ contentHash }) => contentHash))
}
