/** How fast completed runs were, by their cards and epochs. */
import type { RunStage, TrainingRun } from '../db.js'
import type { Hall } from '../hall.js'
import { type Card, readCard } from '../model/card.js'
import { runFolder } from '../model/run-folder.js'
import type { Settings } from './settings.js'

export interface MeasuredStage {
  /** Of so many that it was allowed: it may have stopped early. */
  readonly epochs: number
  readonly allowed: number
  readonly seconds: number
}

export interface Measured {
  readonly run: TrainingRun
  readonly card: Card
  readonly settings: Settings
  readonly head: MeasuredStage
  readonly fineTune: MeasuredStage
}

/** A card is a file: no more of them are read. */
const mostCards = 20

/** Newest first; those whose card is gone are passed over. */
export async function measuredRuns({ config, db, log }: Hall, recipe: TrainingRun['recipe']): Promise<Measured[]> {
  const runs = await db.trainingRun.findMany({
    where: { status: 'COMPLETED', recipe },
    orderBy: { createdAt: 'desc' },
    take: mostCards,
  })
  const epochs = await db.runEpoch.groupBy({
    by: ['runId', 'stage'],
    where: { runId: { in: runs.map(({ id }) => id) } },
    _count: true,
    _sum: { seconds: true },
  })
  const all = await Promise.all(
    runs.map(async (run) => {
      const card = await readCard(runFolder(config, run)).catch((error: Error) => {
        const isGone = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
        if (!isGone) log.warn({ err: error, run: run.name }, 'an estimate passes over this run')
        return undefined
      })
      // Written by `settingsFrom` when the run was started.
      const settings = run.settings as unknown as Settings
      const stage = (name: RunStage, allowed: number, phase = 0): MeasuredStage => {
        const own = epochs.find(({ runId, stage: of }) => runId === run.id && of === name)
        // The phase has more in it than epochs; of a run that was resumed it has the last part alone.
        return { epochs: own?._count ?? 0, allowed, seconds: Math.max(phase, own?._sum.seconds ?? 0) }
      }
      return card?.run.id === run.id
        ? [
            {
              run,
              card,
              settings,
              head: stage('HEAD', settings.stage1.epochs, card.timings['head']),
              fineTune: stage('FINE_TUNE', settings.stage2.epochs, card.timings['fineTune']),
            },
          ]
        : []
    }),
  )
  return all.flat()
}
