/** Starts, stops and resumes training: one run at a time, in a thread of its own, told to the database as it goes. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.js'
import { type Db, isUniqueViolation, type TrainingRun } from '../db.js'
import { badInput, conflict, notFound, WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { trainingEngine } from '../model/engine.js'
import { readCard } from '../model/card.js'
import { findBackbone, type FoundBackbone } from '../model/weights/find.js'
import { remove } from '../disk.js'
import { goOnOrBeginAnew } from './begin-anew.js'
import { checkpointFile, prepareJob } from './prepare-job.js'
import { patiently } from './patiently.js'
import { RunFailure } from './run-failure.js'
import { recordEvent, recordStart, recordStatus, running } from './run-record.js'
import { RunLock } from './run-lock.js'
import { settingsFrom, settingsToGoOn, type TrainingInput } from './settings.js'
import { runToGoOnFrom } from './start-from.js'
import { TrainingThread } from './training-thread.js'

export class Training {
  /** The run in hand, from its lock to its last word; the next one waits for it. Never rejects. */
  private hosting: Promise<unknown> = Promise.resolve()
  private thread: TrainingThread | undefined
  private readonly closing = new AbortController()

  /** @param completed told after a run is COMPLETED, before the next can start */
  constructor(
    private readonly hall: Hall,
    private readonly completed: (run: TrainingRun) => Promise<void>,
  ) {
    hall.events.on('trainingCancelled', ({ runId }) => {
      if (this.thread?.runId === runId) this.thread.stop()
    })
  }

  /** @throws WasteXError NOT_FOUND, BAD_USER_INPUT, TRAINING_IN_PROGRESS, TRAINING_UNAVAILABLE */
  async start(input: TrainingInput): Promise<TrainingRun> {
    const { db } = this.hall
    await this.checkEngine()
    const version = await db.datasetVersion.findUnique({ where: { name: input.datasetVersion } })
    if (!version) throw notFound('dataset version', input.datasetVersion)
    const asked = settingsFrom(input)
    const startedFrom = await runToGoOnFrom(db, version, input)
    const settings = startedFrom ? settingsToGoOn(asked) : asked
    const classLabels = await trainableClasses(this.hall, version.id, version.name)
    const run = await this.oneAtATime(() =>
      recordStart(
        db,
        async (tx) => {
          return tx.trainingRun.create({
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
        },
        `Queued: ${version.name}, recipe ${settings.recipe}${startedFrom ? `, from the weights of ${startedFrom.name}` : ''}`,
      ),
    )
    this.takeOn(run)
    return run
  }

  /** Goes on from the last checkpoint. @throws WasteXError NOT_FOUND, CONFLICT, TRAINING_IN_PROGRESS */
  async resume(name: string): Promise<TrainingRun> {
    await this.checkEngine()
    const run = await this.oneAtATime(() =>
      recordStart(
        this.hall.db,
        async (tx) => {
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
          return found
        },
        'Queued: goes on from its last checkpoint',
      ),
    )
    this.takeOn(run)
    return run
  }

  /** CANCELLED at once; the thread ends by itself after the step in hand. @throws WasteXError NOT_FOUND, CONFLICT */
  async cancel(name: string): Promise<TrainingRun> {
    const run = await this.hall.db.trainingRun.findUnique({ where: { name } })
    if (!run) throw notFound('training run', name)
    const over = { status: 'CANCELLED', finishedAt: new Date() } as const
    const cancelled = await recordStatus(this.hall.db, run.id, over, 'Cancelled')
    if (!cancelled) throw conflict(`Run “${name}” is ${run.status}: there is nothing to cancel.`)
    return cancelled
  }

  /** Runs whose process died become INTERRUPTED. Called at start. */
  async recover(): Promise<void> {
    const runs = await this.hall.db.trainingRun.findMany({ where: { status: { in: [...running] } } })
    for (const run of runs) {
      const lock = await RunLock.takeIfFree(this.hall.databaseUrl, run.id)
      if (!lock) continue // another process trains it
      await this.interrupt(
        run.id,
        'The process that trained it ended. resumeTraining goes on from the last checkpoint.',
      )
      await lock.release()
      this.hall.log.warn({ run: run.name }, 'training was interrupted')
    }
  }

  /** Parks a running training after the step in hand: it can be resumed. */
  async close(): Promise<void> {
    this.closing.abort()
    if (this.thread) {
      await this.park(this.thread.runId)
      this.thread.stop()
    }
    await this.hosting
  }

  private park(runId: string): Promise<TrainingRun | undefined> {
    return this.interrupt(runId, 'The server was stopped. resumeTraining goes on from the last checkpoint.')
  }

  private interrupt(runId: string, message: string): Promise<TrainingRun | undefined> {
    return recordStatus(this.hall.db, runId, { status: 'INTERRUPTED', finishedAt: new Date() }, message)
  }

  private async checkEngine(): Promise<void> {
    const engine = await trainingEngine()
    if (!engine.ok) throw new WasteXError('TRAINING_UNAVAILABLE', `This server cannot train. ${engine.mend}`)
  }

  /** The database lets one run be QUEUED or RUNNING; whoever is second hears which. */
  private async oneAtATime(write: () => Promise<TrainingRun>): Promise<TrainingRun> {
    try {
      return await write()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      const holder = await this.hall.db.trainingRun.findFirst({ where: { status: { in: [...running] } } })
      if (!holder) return this.oneAtATime(write) // it ended between the two looks
      const { name } = holder
      throw new WasteXError('TRAINING_IN_PROGRESS', `Run “${name}” is training. One at a time.`, { run: name })
    }
  }

  /** A run that was cancelled, or even resumed since, may still be in its last step: one thread at a time, one host a run. */
  private takeOn(run: TrainingRun): void {
    this.hosting = this.hosting
      .then(() => this.host(run))
      .catch((error: unknown) => this.hall.log.error({ error, run: run.name }, 'a run was not let go in order'))
  }

  /** Holds the run from here to its end. Whatever goes wrong becomes the run's `error`. */
  private async host(run: TrainingRun): Promise<void> {
    const { hall } = this
    let lock: RunLock | undefined
    try {
      lock = await RunLock.take(hall.databaseUrl, run.id)
      await this.trainOrPark(run)
    } catch (error) {
      hall.log.error({ error, run: run.name }, 'training failed')
      // Its last checkpoint stays: what was in the way can be mended, and the run resumed.
      const reason = error instanceof RunFailure ? error.message : 'It failed inside. The server’s log says why.'
      const failed = { status: 'FAILED', error: reason, finishedAt: new Date() } as const
      await patiently(() => recordStatus(hall.db, run.id, failed, reason))
    } finally {
      this.thread = undefined
      await lock?.release()
    }
  }

  private async trainOrPark(run: TrainingRun): Promise<void> {
    const { hall } = this
    const { signal } = this.closing
    if (signal.aborted) return void (await this.park(run.id))
    const live = await recordStatus(hall.db, run.id, { status: 'RUNNING' }, 'Running')
    if (!live) return // cancelled meanwhile
    // Weights may take minutes to download: nobody who stops the server waits for that.
    const weights = await unlessAborted(signal, this.findWeights(run))
    const job = weights && (await prepareJob(hall, await goOnOrBeginAnew(hall, run, weights), weights))
    if (!job || signal.aborted) return void (await this.park(run.id))
    this.thread = new TrainingThread(hall, job)
    await this.thread.ended
    const finished = await hall.db.trainingRun.findUniqueOrThrow({ where: { id: run.id } })
    if (finished.status !== 'COMPLETED') {
      // Cancelled between the last step and the last word: its model is not to be found as if it had completed.
      const folder = path.join(hall.config.modelsDir, run.name)
      const card = await readCard(folder).catch(() => undefined)
      if (card?.run.id === run.id) await remove(folder)
      return
    }
    await remove(this.checkpointFolder(run))
    await this.completed(finished)
  }

  /** May take minutes the first time: whoever watches the run hears of it. */
  private async findWeights(run: TrainingRun): Promise<FoundBackbone> {
    const { hall } = this
    const told: Promise<unknown>[] = []
    const say = (line: string) => {
      hall.log.warn({ run: run.name }, line)
      told.push(recordEvent(hall.db, run.id, 'TrainingStatusChanged', { status: 'RUNNING', message: line }))
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

  private checkpointFolder(run: TrainingRun): string {
    return path.dirname(checkpointFile(this.hall.config, run.id))
  }
}

/** @returns undefined when the signal comes first; what was begun goes on unheard */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  let stop = () => {}
  const aborted = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)))
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The next number that neither a run has nor a folder left by another database. */
async function freeRunName(tx: Db, { modelsDir }: Pick<Config, 'modelsDir'>): Promise<string> {
  const runs = await tx.trainingRun.findMany({ where: { name: { startsWith: 'run-' } }, select: { name: true } })
  const folders = await readdir(modelsDir).catch(() => [])
  const numbers = [...runs.map(({ name }) => name), ...folders].map((name) =>
    Number(/^run-(\d{1,9})$/.exec(name)?.[1] ?? 0),
  )
  return `run-${numbers.reduce((highest, n) => Math.max(highest, n), 0) + 1}`
}

async function trainableClasses(hall: Hall, versionId: number, name: string): Promise<string[]> {
  const counts = await hall.db.versionEntry.groupBy({
    by: ['classLabel', 'split'],
    where: { versionId },
    _count: true,
  })
  const labels = [...new Set(counts.map(({ classLabel }) => classLabel))].toSorted((a, b) => (a < b ? -1 : 1))
  if (!counts.some(({ split }) => split === 'TEST'))
    throw badInput(
      'input.datasetVersion',
      `Version “${name}” has no test photos: nothing would say how good the model is. Give a class three photos or more.`,
    )
  const trained = new Set(counts.filter(({ split }) => split === 'TRAIN').map(({ classLabel }) => classLabel))
  if (trained.size < 2)
    throw badInput('input.datasetVersion', `Version “${name}” has training photos of fewer than two classes.`)
  return labels
}
