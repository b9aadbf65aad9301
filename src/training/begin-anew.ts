/** A run that was to go on from the one that serves begins with the backbone where it cannot: nobody is to ask for it twice. */
import type { TrainingRun } from '../db.js'
import { messageOf } from '../errors.js'
import type { Hall } from '../hall.js'
import { artefactsOf, readCard } from '../model/card.js'
import { checkCardFile, checkFile, type Stated } from '../model/checked-file.js'
import { runFolder } from '../model/run-folder.js'
import { layersModelFile, layersWeightsFile } from '../model/network/layers-model-files.js'
import { type FoundBackbone, hashOf } from '../model/weights/find.js'
import { recordEvent } from './run-record.js'
import { type Settings, settingsAnew } from './settings.js'

/** @returns the run, as it is to be trained */
export async function goOnOrBeginAnew(hall: Hall, run: TrainingRun, weights: FoundBackbone): Promise<TrainingRun> {
  if (run.startedFromId === null) return run
  const start = await hall.db.trainingRun.findUniqueOrThrow({ where: { id: run.startedFromId } })
  const { name } = start
  const why = await whyNot(runFolder(hall.config, start), artefactsOf(start), weights)
  if (why === undefined) return run
  const message = `It begins with the backbone, and not with the weights of ${name}: ${why}.`
  hall.log.warn({ run: run.name }, message)
  // Written by `settingsFrom` when the run was started.
  const settings = { ...settingsAnew(run.settings as unknown as Settings) }
  const data = { startedFromId: null, settings }
  await recordEvent(hall.db, run, 'TrainingStatusChanged', { status: 'RUNNING', message }, data)
  return { ...run, ...data }
}

/** @returns undefined: it can */
async function whyNot(folder: string, stated: Stated, weights: FoundBackbone): Promise<string | undefined> {
  try {
    const card = await readCard(folder)
    if (card.backbone.sha256 !== (await hashOf(weights))) return 'it was trained from other weights of InceptionV3'
    await checkCardFile(folder, stated)
    for (const file of [layersModelFile, layersWeightsFile]) await checkFile(folder, card, file)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
