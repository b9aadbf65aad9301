/** Runs in hand, one after another: each is trained in its thread, and told to the database to its last word. */
import path from 'node:path'
import { system } from '../access/doer.js'
import { giveMemoryBack } from '../allocator.js'
import type { TrainingRun } from '../db.js'
import { remove } from '../disk.js'
import type { Hall } from '../hall.js'
import { readCard } from '../model/card.js'
import { backboneOf } from './backbone-of.js'
import { goOnOrBeginAnew } from './begin-anew.js'
import { mindErased } from './erased-meanwhile.js'
import { patiently } from '../database/patiently.js'
import { checkpointFile, prepareJob } from './prepare-job.js'
import { RunFailure } from './run-failure.js'
import type { RunLock } from './run-lock.js'
import { interrupt, recordStatus } from './run-record.js'
import { TrainingThread } from './training-thread.js'
import { unlessAborted } from './unless-aborted.js'

export class Hosting {
  /** The run in hand, from its lock to its last word; the next one waits for it. Never rejects. */
  private hosting: Promise<unknown> = Promise.resolve()
  private thread: TrainingThread | undefined
  private readonly closing = new AbortController()

  /** @param completed told after a run is COMPLETED, before the next can start, and when the server stops; never rejects */
  constructor(
    private readonly hall: Hall,
    private readonly completed: (hurry: AbortSignal) => Promise<void>,
  ) {
    hall.events.on('trainingCancelled', ({ runId }) => {
      if (this.thread?.runId === runId) this.thread.stop()
    })
  }

  /** A run that was cancelled, or even resumed since, may still be in its last step: one thread at a time, one host a run. */
  takeOn(run: TrainingRun, lock: RunLock): void {
    this.hosting = this.hosting
      .then(() => this.host(run, lock))
      .catch((error: unknown) => this.hall.log.error({ error, run: run.name }, 'a run was not let go in order'))
  }

  /** Holds the run from here to its end. Whatever goes wrong becomes the run's `error`. */
  private async host(run: TrainingRun, lock: RunLock): Promise<void> {
    const { hall } = this
    try {
      await this.trainOrPark(run, lock)
    } catch (error) {
      hall.log.error({ error, run: run.name }, 'training failed')
      if (lock.taken) return // another process has the last word
      // Its last checkpoint stays: what was in the way can be mended, and the run resumed.
      const reason = error instanceof RunFailure ? error.message : 'It failed inside. The server’s log says why.'
      const failed = { status: 'FAILED', error: reason, finishedAt: new Date() } as const
      await patiently(() => recordStatus(hall.db, system, run.id, failed, reason), this.closing.signal)
    } finally {
      this.thread = undefined
      await lock.release()
      await giveMemoryBack()
    }
  }

  private async trainOrPark(run: TrainingRun, lock: RunLock): Promise<void> {
    const { hall } = this
    const { signal } = this.closing
    if (!signal.aborted) await unlessAborted(signal, lock.train(signal))
    if (signal.aborted) return void (await this.park(run.id))
    const live = await recordStatus(hall.db, system, run.id, { status: 'RUNNING' }, 'Running')
    if (!live) return // cancelled meanwhile
    // Weights may take minutes to download: nobody who stops the server waits for that.
    const weights = await unlessAborted(signal, backboneOf(hall, run))
    const since = new Date()
    const job = weights && (await prepareJob(hall, await goOnOrBeginAnew(hall, run, weights), weights))
    if (lock.taken) return
    if (!job || signal.aborted) return void (await this.park(run.id))
    await mindErased(hall, run.versionId, since, this.trained(new TrainingThread(hall, job, signal), lock))
    if (lock.taken) return
    const finished = await hall.db.trainingRun.findUniqueOrThrow({ where: { id: run.id } })
    if (finished.status !== 'COMPLETED') {
      // Cancelled between the last step and the last word: its model is not to be found as if it had completed.
      const folder = path.join(hall.config.modelsDir, run.name)
      const card = await readCard(folder).catch(() => undefined)
      if (card?.run.id === run.id) await remove(folder)
      return
    }
    await this.completed(signal)
    await remove(path.dirname(checkpointFile(hall.config, run.id)))
  }

  private trained(thread: TrainingThread, lock: RunLock): Promise<void> {
    this.thread = thread
    lock.onTaken = () => {
      this.hall.log.warn({ runId: thread.runId }, 'another process trains the run by now: this one stops')
      this.thread = undefined // not to be parked
      thread.stop()
    }
    return thread.ended
  }

  /** Parks a running training after the step in hand: it can be resumed. @throws when the database is away: the next start parks it */
  async close(): Promise<void> {
    this.closing.abort()
    const { thread } = this
    try {
      if (thread) await this.park(thread.runId)
    } finally {
      thread?.stop()
      await this.hosting
    }
  }

  private park(runId: string): Promise<TrainingRun | undefined> {
    return interrupt(this.hall.db, runId, 'The server was stopped. resumeTraining goes on from the last checkpoint.')
  }
}
