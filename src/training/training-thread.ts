/** The main thread's end of a training: what the thread reports is written down, in order, one after another. */
import { SHARE_ENV } from 'node:worker_threads'
import { system } from '../access/doer.js'
import { Prisma } from '../db.js'
import type { Hall } from '../hall.js'
import { startThread } from '../thread.js'
import type { Job, Report } from './job.js'
import { patiently } from '../database/patiently.js'
import { recordTestPhotos } from './record-test-photos.js'
import { RunFailure } from './run-failure.js'
import { recordEpoch, recordEvent, recordStatus } from './run-record.js'

export class TrainingThread {
  readonly runId: string
  readonly attempt: number
  /** Resolves when the thread has ended and all that it reported is written. Rejects when the run failed. */
  readonly ended: Promise<void>
  /** Byte 0: stop. Byte 1: changes while the thread is alive. */
  private readonly shared: Uint8Array

  /** @param hurry the server stops: a database that is away is not waited for */
  constructor(
    private readonly hall: Hall,
    private readonly job: Job,
    private readonly hurry: AbortSignal,
    /** Looks whether the run is still this attempt's, and calls `stop` where it is not. Never rejects. */
    private readonly confirm: () => Promise<void>,
  ) {
    this.runId = job.runId
    this.attempt = job.attempt
    this.shared = new Uint8Array(job.stop)
    this.ended = this.run()
  }

  /** After the step in hand. */
  stop(): void {
    Atomics.store(this.shared, 0, 1)
  }

  get signOfLife(): number {
    return Atomics.load(this.shared, 1)
  }

  private async run(): Promise<void> {
    const worker = startThread(new URL('./worker.js', import.meta.url), {
      workerData: this.job,
      // TensorFlow reads its settings from the environment itself, not from a thread's copy of it.
      env: SHARE_ENV,
    })
    let written: Promise<unknown> = Promise.resolve()
    let failure: Error | undefined
    let spoken = false
    worker.on('message', (report: Report) => {
      spoken = ['finished', 'stopped', 'failed'].includes(report.type)
      if (report.type === 'failed') {
        failure = Object.assign(
          report.forPeople ? new RunFailure(report.message) : new Error(report.message),
          report.stack && { stack: report.stack },
        )
        return
      }
      if (report.type === 'stopped') return
      if (report.type === 'mayWrite') return void this.confirm().then(() => worker.postMessage('answered'))
      written = written.then(async () => {
        // The run is over for whoever looks, cancelled before this thread could hear of it, or it is another attempt's.
        if (!(await patiently(() => this.write(report), this.hurry))) this.stop()
      })
      written.catch((error: Error) => {
        failure ??= error
        this.stop()
      })
    })
    worker.on('error', (error: Error) => (failure ??= error))
    const code = await new Promise<number>((resolve) => worker.once('exit', resolve))
    await written
    if (failure) throw failure
    if (!spoken) throw new Error(`the training thread ended (${code}) without a word`)
  }

  /** @returns false when the run is over, and nothing was written. */
  private async write(report: Exclude<Report, { type: 'stopped' | 'failed' | 'mayWrite' }>): Promise<boolean> {
    const { hall, runId, job } = this
    const run = { id: runId, attempt: this.attempt }
    switch (report.type) {
      case 'stage': {
        const { stage, epochs, images, message } = report
        hall.log.info({ run: job.runName, stage }, report.message)
        return recordEvent(hall.db, run, 'TrainingStageStarted', { stage, epochs, images, message }, { stage })
      }
      case 'warning':
        hall.log.warn({ run: job.runName }, report.message)
        return true
      case 'progress': {
        const { type: _type, ...progress } = report
        return recordEvent(hall.db, run, 'TrainingProgress', progress)
      }
      case 'epoch': {
        const { type: _type, epochs, ...epoch } = report
        return recordEpoch(hall.db, run, { ...epoch, best: epoch.best ?? null }, epochs)
      }
      case 'finished': {
        const { evaluation, comparison, testPhotos, thresholds, artefacts } = report
        const baseline = job.baseline && comparison ? { name: job.baseline.runName } : undefined
        const recommendation = comparison?.recommendation ?? null
        const data: Prisma.TrainingRunUncheckedUpdateInput = {
          evaluation: json(evaluation),
          comparison: comparison ? json(comparison) : Prisma.DbNull,
          recommendation,
          baselineId: baseline
            ? ((await hall.db.trainingRun.findUnique({ where: baseline, select: { id: true } }))?.id ?? null)
            : null,
          energyThreshold: thresholds.energy,
          confidenceThreshold: thresholds.confidence,
          noveltyThreshold: thresholds.novelty,
          artefacts: json(artefacts),
        }
        const { accuracy, macroF1 } = evaluation
        await recordEvent(hall.db, run, 'TrainingEvaluated', { accuracy, macroF1, recommendation }, data, (tx) =>
          recordTestPhotos(tx, runId, testPhotos),
        )
        const over = { status: 'COMPLETED', stage: null } as const
        return (await recordStatus(hall.db, system, run, over, 'Completed')) !== undefined
      }
    }
  }
}

/** Plain data of ours, as Prisma's type for JSON columns. */
const json = (value: object) => JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue
