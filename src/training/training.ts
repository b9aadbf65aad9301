/** Starts, stops and resumes training: one run at a time, in a thread of its own, told to the database as it goes. */
import type { Doer } from '../access/doer.js'
import { isUniqueViolation, type TrainingRun } from '../db.js'
import { conflict, notFound, WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { quoted } from '../quoted.js'
import { splitsLeft, trainedClasses } from '../versions/class-splits.js'
import { countErased } from '../versions/training-rows.js'
import { forgetCheckpoints } from './forget-checkpoints.js'
import { Hosting } from './hosting.js'
import { freeRunName, whyNotTrainable } from './new-run.js'
import { checkEngine, planOf } from './plan.js'
import { RunLock } from './run-lock.js'
import { interrupt, isRunning, recordStart, recordStatus, running } from './run-record.js'
import type { TrainingInput } from './settings.js'

export class Training {
  private readonly hosting: Hosting

  /** @param completed told after a run is COMPLETED, before the next can start, and when the server stops; never rejects */
  constructor(
    private readonly hall: Hall,
    completed: (hurry: AbortSignal) => Promise<void>,
  ) {
    this.hosting = new Hosting(hall, completed)
  }

  /** @throws WasteXError NOT_FOUND, BAD_USER_INPUT, TRAINING_IN_PROGRESS, TRAINING_UNAVAILABLE */
  async start(by: Doer, input: TrainingInput): Promise<TrainingRun> {
    const { db } = this.hall
    const { version, settings, startedFrom, classLabels, untrainable } = await planOf(this.hall, input)
    const erased = await countErased(db, version.id)
    return this.begin((claim) =>
      recordStart(
        db,
        by,
        async (tx) => {
          const created = await tx.trainingRun.create({
            data: {
              name: await freeRunName(tx, this.hall.config),
              versionId: version.id,
              recipe: settings.recipe,
              settings: { ...settings },
              startedFromId: startedFrom?.id ?? null,
              classLabels,
              autoPromote: input.autoPromote ?? false,
              startedAt: new Date(),
            },
          })
          await claim(created.id)
          const { recipe, autoPromote } = created
          const after = { status: created.status, datasetVersion: version.name, recipe, autoPromote }
          return { run: created, deed: { action: 'START_TRAINING', after } }
        },
        `Queued: ${version.name}, recipe ${settings.recipe}${startedFrom ? `, from the weights of ${startedFrom.name}` : ''}${erased > 0 ? `; without ${erased} erased ${erased === 1 ? 'photo' : 'photos'}` : ''}${untrainable.length > 0 ? `; without ${quoted(untrainable)}, because the version has no training photo of ${untrainable.length === 1 ? 'it' : 'them'}` : ''}`,
      ),
    )
  }

  /** Goes on from the last checkpoint. @throws WasteXError NOT_FOUND, CONFLICT, TRAINING_IN_PROGRESS */
  async resume(by: Doer, name: string): Promise<TrainingRun> {
    await checkEngine()
    const run = await this.hall.db.trainingRun.findUnique({ where: { name } })
    if (!run) throw notFound('training run', name)
    await this.interruptIfAbandoned(run)
    return this.begin((claim) =>
      recordStart(
        this.hall.db,
        by,
        async (tx) => {
          const before = await tx.trainingRun.findUnique({ where: { name }, select: { status: true } })
          await claim(run.id)
          const { count } = await tx.trainingRun.updateMany({
            where: { name, status: { in: ['CANCELLED', 'INTERRUPTED', 'FAILED'] } },
            data: { status: 'QUEUED', finishedAt: null, error: null },
          })
          const found = await tx.trainingRun.findUnique({ where: { name } })
          if (!found) throw notFound('training run', name)
          if (count === 0)
            throw conflict(
              `Run “${name}” is ${found.status}: only a run that was cancelled, interrupted or failed can be resumed.`,
            )
          const why = whyNotTrainable(found, trainedClasses(await splitsLeft(tx, found.versionId)))
          if (why !== undefined) throw conflict(why)
          const changed = { before: { ...before }, after: { status: found.status } }
          return { run: found, deed: { action: 'RESUME_TRAINING', ...changed } }
        },
        'Queued: goes on from its last checkpoint',
      ),
    )
  }

  /** CANCELLED at once; the thread ends by itself after the step in hand. @throws WasteXError NOT_FOUND, CONFLICT */
  async cancel(by: Doer, name: string): Promise<TrainingRun> {
    const run = await this.hall.db.trainingRun.findUnique({ where: { name } })
    if (!run) throw notFound('training run', name)
    const over = { status: 'CANCELLED', finishedAt: new Date() } as const
    const cancelled = await recordStatus(this.hall.db, by, run.id, over, 'Cancelled')
    if (!cancelled) throw conflict(`Run “${name}” is ${run.status}: there is nothing to cancel.`)
    return cancelled
  }

  /** Runs whose process died become INTERRUPTED. Called at start. */
  async recover(): Promise<void> {
    const runs = await this.hall.db.trainingRun.findMany({ where: { status: { in: [...running] } } })
    for (const run of runs) await this.interruptIfAbandoned(run)
    await forgetCheckpoints(this.hall)
  }

  /** Parks a running training after the step in hand: it can be resumed. */
  close(): Promise<void> {
    return this.hosting.close()
  }

  /** Writes that a run is QUEUED, and takes it on. */
  private async begin(write: (claim: (runId: string) => Promise<void>) => Promise<TrainingRun>): Promise<TrainingRun> {
    const locks: RunLock[] = []
    const letGo = () => Promise.all(locks.splice(0).map((lock) => lock.release()))
    const claim = async (runId: string) => {
      await letGo()
      locks.push(await RunLock.claim(this.hall.databaseUrl, runId))
    }
    try {
      const run = await this.oneAtATime(() => write(claim))
      const [lock] = locks
      if (!lock) throw new Error('a run is QUEUED that nobody has in hand')
      this.hosting.takeOn(run, lock)
      return run
    } catch (error) {
      await letGo()
      throw error
    }
  }

  /** The database lets one run be QUEUED or RUNNING; whoever is second hears which. */
  private async oneAtATime(write: () => Promise<TrainingRun>): Promise<TrainingRun> {
    try {
      return await write()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      const holder = await this.hall.db.trainingRun.findFirst({ where: { status: { in: [...running] } } })
      // It ended between the two looks, or its process did, unheard.
      if (!holder || (await this.interruptIfAbandoned(holder))) return this.oneAtATime(write)
      const { name } = holder
      throw new WasteXError('TRAINING_IN_PROGRESS', `Run “${name}” is training. One at a time.`, { run: name })
    }
  }

  /** @returns whether its process was gone */
  private async interruptIfAbandoned({ id, name, status }: TrainingRun): Promise<boolean> {
    if (!isRunning(status)) return false
    const { db, databaseUrl, log } = this.hall
    const message = 'The process that trained it ended. resumeTraining goes on from the last checkpoint.'
    const abandoned = await RunLock.whileAbandoned(databaseUrl, id, () => interrupt(db, id, message))
    if (abandoned) log.warn({ run: name }, 'training was interrupted')
    return abandoned
  }
}
