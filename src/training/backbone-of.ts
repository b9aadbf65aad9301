import type { TrainingRun } from '../db.js'
import type { Hall } from '../hall.js'
import { findBackbone, type FoundBackbone } from '../model/weights/find.js'
import { RunFailure } from './run-failure.js'
import { recordEvent } from './run-record.js'

/** May take minutes the first time: whoever watches the run hears of it. */
export async function backboneOf(hall: Hall, run: TrainingRun): Promise<FoundBackbone> {
  const told: Promise<unknown>[] = []
  const say = (line: string) => {
    hall.log.warn({ run: run.name }, line)
    told.push(recordEvent(hall.db, run, 'TrainingStatusChanged', { status: 'RUNNING', message: line }))
  }
  try {
    const weights = await findBackbone(hall.config, say)
    await Promise.all(told)
    return weights
  } catch (error) {
    const mend = 'Name a file by WASTEX_WEIGHTS; the server’s log says what was tried.'
    throw new RunFailure(`The weights of InceptionV3 cannot be had. ${mend}`, { cause: error })
  }
}
