/**
 * A run that is QUEUED or RUNNING belongs to a process, which renews the run's lease for as long as it is at work on it. What matters
 * is the database's clock alone. Of a process that is killed, hangs, or does not reach the database, the lease ends; then any server
 * makes the run INTERRUPTED (lost-runs.ts). The process may come to itself later: `attempt` in every statement keeps it from writing.
 *
 * States: held, lost (for ever), released (for ever).
 * - held to held: every ten seconds, and before the thread renames something.
 * - held to lost: the run is over, or another attempt's. The thread is told to stop.
 * - held or lost to released: the process has done with the run.
 */
import { Prisma, type TrainingRun } from '../db.js'
import type { Events } from '../events.js'
import { every } from '../every.js'
import type { Hall } from '../hall.js'

export const leaseLimits = Object.freeze({
  /** For which a run is its process's, from when it was last renewed. */
  leaseMs: 30_000,
  renewMs: 10_000,
  /** A renewal is good for so long where the thread asks whether it may write: it may ask often. */
  freshMs: 1_000,
  /** For which a thread may show no sign of life. The longest step of a training takes minutes where others use the machine. */
  silentMs: 30 * 60_000,
})

/** Of a row: its lease is over. A database that was away for a while leaves the processes time to renew. */
export const leaseIsOver = Prisma.sql`("leaseUntil" IS NULL OR clock_timestamp() >
  greatest("leaseUntil", pg_postmaster_start_time() + ${leaseLimits.leaseMs}::int * interval '1 millisecond'))`

export type AttemptAtRun = Pick<TrainingRun, 'id' | 'attempt'>

export class Lease {
  /** The run is over, or another attempt's: nothing more is to be done for it. */
  lost = false
  /** Called once, then. @param late the run was taken away, and not cancelled */
  onLost: (late: boolean) => void = () => undefined
  /** A number that changes while the thread that trains the run is alive; undefined: there is no thread. */
  signOfLife: () => number | undefined = () => undefined

  private readonly stopRenewing: () => Promise<void>
  private renewing: Promise<void> | undefined
  /** By `performance.now()`, which goes on while a process is stopped. */
  private renewedAt = performance.now()
  private lastSign: { readonly sign: number | undefined; readonly at: number } = { sign: undefined, at: 0 }

  /** The lease was written when the run became QUEUED. */
  constructor(
    private readonly hall: Pick<Hall, 'events' | 'log'>,
    private readonly run: AttemptAtRun & Pick<TrainingRun, 'name'>,
  ) {
    this.stopRenewing = every(
      leaseLimits.renewMs,
      () => this.renew(),
      (error) => hall.log.warn({ error, run: run.name }, 'the lease of a run could not be renewed; it is tried again'),
    )
  }

  /** Resolves when it is known whether the run is still this attempt's: `lost` says so. @throws Error when the database is away */
  async confirm(): Promise<void> {
    const isFresh = () => performance.now() - this.renewedAt <= leaseLimits.freshMs
    // What was asked before this process was stopped is answered from then: it is asked again.
    for (let times = 0; times < 2 && !this.lost && !isFresh(); times++) await this.renew()
  }

  release(): Promise<void> {
    return this.stopRenewing()
  }

  /** Whether the thread has shown no sign of life for so long that nothing more is to be expected of it. */
  get isSilent(): boolean {
    const [sign, now] = [this.signOfLife(), performance.now()]
    if (sign === undefined || sign !== this.lastSign.sign) this.lastSign = { sign, at: now }
    return now - this.lastSign.at > leaseLimits.silentMs
  }

  /** One at a time: whoever comes meanwhile has the same answer. */
  private renew(): Promise<void> {
    return (this.renewing ??= this.askForMore().finally(() => (this.renewing = undefined)))
  }

  private async askForMore(): Promise<void> {
    if (this.lost || this.isSilent) return // nobody is at work on it: the lease ends
    const asked = performance.now()
    const state = await renewLease(this.hall.events, this.run)
    if (state === 'held') this.renewedAt = asked
    else {
      this.lost = true
      this.onLost(state === 'late')
    }
  }
}

/** @returns `late` when another attempt has the run, or it was given up; `over` when it has ended otherwise */
async function renewLease(events: Events, { id, attempt }: AttemptAtRun): Promise<'held' | 'over' | 'late'> {
  const [run] = await events.look<{ attempt: number; status: TrainingRun['status']; renewed: boolean }>(
    `WITH renewed AS (
       UPDATE "TrainingRun" SET "leaseUntil" = clock_timestamp() + $3::int * interval '1 millisecond'
       WHERE id = $1 AND attempt = $2 AND status IN ('QUEUED', 'RUNNING') RETURNING id
     )
     SELECT attempt, status, EXISTS (SELECT FROM renewed) AS renewed FROM "TrainingRun" WHERE id = $1`,
    [id, attempt, leaseLimits.leaseMs],
  )
  if (run?.renewed) return 'held'
  return run?.attempt === attempt && run.status !== 'INTERRUPTED' ? 'over' : 'late'
}
