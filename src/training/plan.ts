/** What a training that is asked for would be: checked, with every decision made, and nothing started. */
import type { DatasetVersion, TrainingRun } from '../db.js'
import { notFound, WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { trainingEngine } from '../model/engine.js'
import { type Trainable, trainableClasses } from './new-run.js'
import { type Settings, settingsFrom, settingsToGoOn, type TrainingInput } from './settings.js'
import { runToGoOnFrom } from './start-from.js'

export interface Plan extends Trainable {
  readonly version: DatasetVersion
  readonly settings: Settings
  /** The run whose weights it would begin with; undefined: the backbone's. */
  readonly startedFrom: TrainingRun | undefined
}

/** @throws WasteXError NOT_FOUND, BAD_USER_INPUT, TRAINING_UNAVAILABLE */
export async function planOf(hall: Hall, input: TrainingInput): Promise<Plan> {
  const { db } = hall
  await checkEngine()
  const version = await db.datasetVersion.findUnique({ where: { name: input.datasetVersion } })
  if (!version) throw notFound('dataset version', input.datasetVersion)
  const asked = settingsFrom(input)
  const startedFrom = await runToGoOnFrom(db, version, input)
  const settings = startedFrom ? settingsToGoOn(asked) : asked
  return { version, settings, startedFrom, ...(await trainableClasses(db, version.id, version.name)) }
}

/** @throws WasteXError TRAINING_UNAVAILABLE */
export async function checkEngine(): Promise<void> {
  const engine = await trainingEngine()
  if (!engine.ok) throw new WasteXError('TRAINING_UNAVAILABLE', `This server cannot train. ${engine.mend}`)
}
