/** Runs in hand, one after another: each is trained in its thread, and told to the database to its last word. */
import { system } from '../access/doer.js'
import { giveMemoryBack, keepMemoryToTrain } from '../allocator.js'
import { databaseTime, type TrainingRun } from '../db.js'
import { WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { backboneOf } from './backbone-of.js'
import { goOnOrBeginAnew } from './begin-anew.js'
import { mindErased } from './erased-meanwhile.js'
import { patiently } from '../database/patiently.js'
import { Lease } from './lease.js'
import { prepareJob } from './prepare-job.js'
import { RunFailure } from './run-failure.js'
import { recordStatus } from './run-record.js'
import { removeSpareAttempts } from './spare-attempts.js'
import { TrainingThread } from './training-thread.js'
import { unlessAborted } from './unless-aborted.js'

export class Hosting {
  /** The run in hand, from its start to its last word; the next one waits for it. Never rejects. */
  private hosting: Promise<unknown> = Promise.resolve()
  private thread: TrainingThread | undefined
  /** Of the run whose thread it is. */
  private lease: Lease | undefined
  /** Also of runs that wait. */
  private readonly leases = new Set<Lease>()
  private readonly closing = new AbortController()

  /** @param completed told after a run is COMPLETED, before the next can start, and when the server stops; never rejects */
  constructor(
    private readonly hall: Hall,
    private readonly completed: (hurry: AbortSignal) => Promise<void>,
  ) {
    hall.events.on('trainingCancelled', ({ runId, attempt }) => {
      if (this.thread?.runId === runId && this.thread.attempt === attempt) this.thread.stop()
    })
  }

  /**
   * Renews what is held here, before anybody looks for lost runs: a network that was away for a while took the leases of living runs
   * along. @throws Error when the database is away
   */
  async confirmLeases(): Promise<void> {
    for (const lease of this.leases) await lease.confirm()
  }

  /** @throws WasteXError TRAINING_UNAVAILABLE when a thread hangs here: what came after it would wait for ever */
  checkFree(): void {
    if (this.lease?.isSilent)
      throw new WasteXError(
        'TRAINING_UNAVAILABLE',
        'This server cannot train: the thread of its last training hangs. Restart the server, or train on another one.',
      )
  }

  /** A run that was cancelled, or even resumed since, may still be in its last step: one thread at a time. */
  takeOn(run: TrainingRun): void {
    const lease = new Lease(this.hall, run)
    // Until its turn it is as alive as the one that it waits for: behind a thread that hangs it is given up as well.
    const before = this.lease
    lease.signOfLife = () => before?.signOfLife()
    this.leases.add(lease)
    this.hosting = this.hosting
      .then(() => this.host(run, lease))
      .catch((error: unknown) => this.hall.log.error({ error, run: run.name }, 'a run was not let go in order'))
  }

  /** Holds the run from here to its end. Whatever goes wrong becomes the run's `error`. */
  private async host(run: TrainingRun, lease: Lease): Promise<void> {
    const { hall } = this
    lease.onLost = (late) => {
      if (late && !this.closing.signal.aborted) hall.log.warn({ run: run.name, attempt: run.attempt }, tooLate)
      this.thread?.stop()
    }
    this.lease = lease
    lease.signOfLife = () => undefined
    try {
      await this.trainOrPark(run, lease)
    } catch (error) {
      await this.lookWhoseItIs(lease)
      if (lease.lost) return
      hall.log.error({ error, run: run.name }, 'training failed')
      // Its last checkpoint stays: what was in the way can be mended, and the run resumed.
      const reason = error instanceof RunFailure ? error.message : 'It failed inside. The server’s log says why.'
      const failed = { status: 'FAILED', error: reason } as const
      await patiently(() => recordStatus(hall.db, system, run, failed, reason), this.closing.signal)
    } finally {
      this.thread = undefined
      // Of a run that another attempt has, a statement may have found out first: here it is said.
      if (!this.closing.signal.aborted) await this.lookWhoseItIs(lease)
      this.lease = undefined
      this.leases.delete(lease)
      await lease.release()
      await giveMemoryBack()
    }
  }

  private async trainOrPark(run: TrainingRun, lease: Lease): Promise<void> {
    const { hall } = this
    const { signal } = this.closing
    if (signal.aborted) return void (await this.park(run))
    const live = await recordStatus(hall.db, system, run, { status: 'RUNNING' }, 'Running')
    if (!live) return // cancelled meanwhile
    // Weights may take minutes to download: nobody who stops the server waits for that.
    const weights = await unlessAborted(signal, backboneOf(hall, run))
    const since = await databaseTime(hall.db)
    const job = weights && (await prepareJob(hall, await goOnOrBeginAnew(hall, run, weights), weights))
    if (lease.lost) return
    if (!job || signal.aborted) return void (await this.park(run))
    keepMemoryToTrain()
    const thread = new TrainingThread(hall, job, signal, () =>
      // Nothing is renamed before it is known.
      patiently(() => lease.confirm(), signal).catch(() => this.thread?.stop()),
    )
    this.thread = thread
    lease.signOfLife = () => thread.signOfLife
    try {
      await mindErased(hall, run.versionId, since, thread.ended)
    } finally {
      // Before the new model is loaded: what that frees is to go back as well.
      await giveMemoryBack()
    }
    // Of a run that was cancelled between the last step and the last word, no model is found as if it had completed.
    await removeSpareAttempts(hall, run.id).catch((error: unknown) =>
      hall.log.warn(
        { error, run: run.name },
        'what earlier attempts left could not be removed; the next start does it',
      ),
    )
    const { status, attempt } = await hall.db.trainingRun.findUniqueOrThrow({ where: { id: run.id } })
    if (status === 'COMPLETED' && attempt === run.attempt) await this.completed(signal)
  }

  /** Where the database is away, the next statement finds out. */
  private lookWhoseItIs(lease: Lease): Promise<void> {
    return lease.confirm().catch(() => undefined)
  }

  /** Parks a running training after the step in hand: it can be resumed. @throws when the database is away: the next start parks it */
  async close(): Promise<void> {
    this.closing.abort()
    const { thread } = this
    try {
      if (thread) await this.park({ id: thread.runId, attempt: thread.attempt })
    } finally {
      thread?.stop()
      await this.hosting
    }
  }

  private park(run: Pick<TrainingRun, 'id' | 'attempt'>): Promise<TrainingRun | undefined> {
    const message = 'The server was stopped. resumeTraining goes on from the last checkpoint.'
    return recordStatus(this.hall.db, system, run, { status: 'INTERRUPTED' }, message)
  }
}

const tooLate =
  'this server lost the run: it was given up after a silence, and may be trained elsewhere. Its thread stops and writes nothing more'
