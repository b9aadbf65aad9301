/** Gathers what the training thread needs: it has no database. */
import path from 'node:path'
import type { Config } from '../config.js'
import type { TrainingRun } from '../db.js'
import type { Hall } from '../hall.js'
import { artefactsOf } from '../model/card.js'
import { runFolder } from '../model/run-folder.js'
import { readableName } from '../photos/path-text.js'
import { photoFile } from '../photos/store.js'
import { madeSplits, trainedClasses } from '../versions/class-splits.js'
import { trainingRows } from '../versions/training-rows.js'
import { featuresFolder } from './features/place.js'
import type { Job, OtherRun, TrainingPhoto } from './job.js'
import { whyNotTrainable } from './new-run.js'
import { RunFailure } from './run-failure.js'
import type { Settings } from './settings.js'

export async function prepareJob(hall: Hall, run: TrainingRun, weights: Job['weights']): Promise<Job> {
  const { config, db } = hall
  const version = await db.datasetVersion.findUniqueOrThrow({ where: { id: run.versionId } })
  const start = run.startedFromId ? await db.trainingRun.findUnique({ where: { id: run.startedFromId } }) : undefined
  const serving = await db.trainingRun.findFirst({ where: { isActive: true } })
  const all = await trainingPhotos(hall, version.id)
  const photos = photosOf(all, run.classLabels)
  const trained = new Set(photos.filter(({ split }) => split === 'TRAIN').map(({ classLabel }) => classLabel))
  const why = whyNotTrainable(run, trained)
  if (why !== undefined) throw new RunFailure(why)
  return {
    runId: run.id,
    runName: run.name,
    attempt: run.attempt,
    versionName: version.name,
    classLabels: run.classLabels,
    photos,
    untrainable: untrainableOf(all, trained),
    // Written by `settingsFrom` when the run was started, and by nobody since.
    settings: run.settings as unknown as Settings,
    weights,
    startFrom: start ? otherRun(config, start) : undefined,
    baseline: serving
      ? { ...otherRun(config, serving), seen: await seenBy(hall, serving), knows: await knownTo(hall, serving) }
      : undefined,
    folders: { model: runFolder(config, run), features: featuresFolder(config) },
    checkpoints: {
      own: checkpointFile(config, run),
      earlier: Array.from({ length: run.attempt }, (_, i) =>
        checkpointFile(config, { id: run.id, attempt: run.attempt - 1 - i }),
      ),
    },
    featureCacheBytes: config.featureCacheBytes,
    rowsBytes: config.trainingRowsBytes,
    share: config.trainingShare,
    stop: new SharedArrayBuffer(2),
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
    path: readableName(row.path),
    split: row.split,
    classLabel: row.classLabel,
  }))
}

/** Photos of these classes. */
export function photosOf(photos: readonly TrainingPhoto[], classLabels: readonly string[]): TrainingPhoto[] {
  const own = new Set(classLabels)
  return photos.filter(({ classLabel }) => own.has(classLabel))
}

function untrainableOf(photos: readonly TrainingPhoto[], trained: ReadonlySet<string>): Job['untrainable'] {
  const others = photos.filter(({ classLabel }) => !trained.has(classLabel))
  return {
    classLabels: [...new Set(others.map(({ classLabel }) => classLabel))].sort(),
    testImages: others.filter(({ split }) => split === 'TEST').length,
  }
}

const otherRun = (config: Config, run: TrainingRun): OtherRun => ({
  runName: run.name,
  folder: runFolder(config, run),
  artefacts: artefactsOf(run),
})

export const checkpointsFolder = ({ dataDir }: Pick<Config, 'dataDir'>): string => path.join(dataDir, 'checkpoints')

/** Of all attempts at a run. */
export const checkpointsOfRun = (config: Pick<Config, 'dataDir'>, runId: string): string =>
  path.join(checkpointsFolder(config), runId)

/** Each attempt has its own, as it has its model's folder (model/run-folder.ts). */
export const checkpointFile = (
  config: Pick<Config, 'dataDir'>,
  { id, attempt }: Pick<TrainingRun, 'id' | 'attempt'>,
): string => path.join(checkpointsOfRun(config, id), attempt === 0 ? 'last.bin' : `attempt-${attempt}.bin`)

/** Content hashes of the photos that a run learned from, or chose its best epoch and thresholds by. */
async function seenBy(hall: Hall, run: TrainingRun): Promise<Set<string>> {
  const rows = await trainingRows(hall.db, run.versionId)
  return new Set(rows.filter(({ split }) => split !== 'TEST').map(({ contentHash }) => contentHash))
}

/** Release 0.1.0 also gave a model those classes of its version that had no training photo: it has never seen them. */
async function knownTo({ db }: Hall, run: TrainingRun): Promise<string[]> {
  const trained = trainedClasses(await madeSplits(db, run.versionId))
  return run.classLabels.filter((label) => trained.has(label))
}
