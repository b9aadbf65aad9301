/** Starts, stops and resumes training: one run at a time, in a thread of its own, told to the database as it goes. */
import type { Doer } from '../access/doer.js'
import { databaseTime, type Db, isUniqueViolation, type TrainingRun } from '../db.js'
import { conflict, notFound, WasteXError } from '../errors.js'
import { every } from '../every.js'
import type { Hall } from '../hall.js'
import { quoted } from '../quoted.js'
import { splitsLeft, trainedClasses } from '../versions/class-splits.js'
import { countErased } from '../versions/training-rows.js'
import { Hosting } from './hosting.js'
import { leaseLimits } from './lease.js'
import { interruptIfLost, interruptLostRuns } from './lost-runs.js'
import { freeRunName, whyNotTrainable } from './new-run.js'
import { checkEngine, planOf } from './plan.js'
import { ownIdentity } from './process-identity.js'
import { isRunning, recordStart, recordStatus, running } from './run-record.js'
import type { TrainingInput } from './settings.js'
import { removeSpareAttempts } from './spare-attempts.js'

/** Between looks for runs whose server was lost. */
const lookMs = 10_000

export class Training {
  private readonly hosting: Hosting
  private stopLooking: (() => Promise<void>) | undefined

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
    return this.begin(() =>
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
              attempt: 1,
              ...(await takenOn(tx)),
              startedAt: await databaseTime(tx),
            },
          })
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
    if (isRunning(run.status)) await interruptIfLost(this.hall, run)
    return this.begin(() =>
      recordStart(
        this.hall.db,
        by,
        async (tx) => {
          const { status, attempt } = await tx.trainingRun.findUniqueOrThrow({ where: { id: run.id } })
          const { count } = await tx.trainingRun.updateMany({
            where: { id: run.id, attempt, status: { in: ['CANCELLED', 'INTERRUPTED', 'FAILED'] } },
            // The first attempt at a run of release 0.1.0 was that release's.
            data: {
              status: 'QUEUED',
              finishedAt: null,
              error: null,
              attempt: Math.max(attempt, 1) + 1,
              ...(await takenOn(tx)),
            },
          })
          const found = await tx.trainingRun.findUnique({ where: { name } })
          if (!found) throw notFound('training run', name)
          if (count === 0)
            throw conflict(
              `Run “${name}” is ${found.status}: only a run that was cancelled, interrupted or failed can be resumed.`,
            )
          const why = whyNotTrainable(found, trainedClasses(await splitsLeft(tx, found.versionId)))
          if (why !== undefined) throw conflict(why)
          const changed = { before: { status }, after: { status: found.status } }
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
    const cancelled = await recordStatus(this.hall.db, by, { id: run.id }, { status: 'CANCELLED' }, 'Cancelled')
    if (!cancelled) throw conflict(`Run “${name}” is ${run.status}: there is nothing to cancel.`)
    return cancelled
  }

  /** Runs whose process is lost become INTERRUPTED: now, and from now on. Called at start. */
  async recover(): Promise<void> {
    await interruptLostRuns(this.hall)
    await removeSpareAttempts(this.hall)
    this.stopLooking ??= every(
      lookMs,
      async () => {
        await this.hosting.confirmLeases()
        await interruptLostRuns(this.hall)
      },
      (error) => this.hall.log.warn({ error }, 'lost runs could not be looked for; it is tried again'),
    )
  }

  /** Parks a running training after the step in hand: it can be resumed. */
  async close(): Promise<void> {
    await this.stopLooking?.()
    await this.hosting.close()
  }

  /** Writes that a run is QUEUED, and takes it on. */
  private async begin(write: () => Promise<TrainingRun>): Promise<TrainingRun> {
    this.hosting.checkFree()
    const run = await this.oneAtATime(write)
    this.hosting.takeOn(run)
    return run
  }

  /** The database lets one run be QUEUED or RUNNING; whoever is second hears which. */
  private async oneAtATime(write: () => Promise<TrainingRun>): Promise<TrainingRun> {
    try {
      return await write()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      const holder = await this.hall.db.trainingRun.findFirst({ where: { status: { in: [...running] } } })
      // It ended between the two looks, or its process was lost.
      if (!holder || (await interruptIfLost(this.hall, holder))) return this.oneAtATime(write)
      const { name } = holder
      throw new WasteXError('TRAINING_IN_PROGRESS', `Run “${name}” is training. One at a time.`, { run: name })
    }
  }
}

/** A run that this process has from now on: its first lease, by the database's clock. */
async function takenOn(tx: Db): Promise<{ owner: string; leaseUntil: Date }> {
  const now = await databaseTime(tx)
  return { owner: ownIdentity(), leaseUntil: new Date(now.getTime() + leaseLimits.leaseMs) }
}
