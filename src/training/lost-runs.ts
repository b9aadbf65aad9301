/** Runs whose process is gone or hangs are given up, by whichever server looks first: they become INTERRUPTED, and can be resumed. */
import { system } from '../access/doer.js'
import { Prisma, type TrainingRun } from '../db.js'
import type { Hall } from '../hall.js'
import { leaseIsOver, leaseLimits } from './lease.js'
import { isGone } from './process-identity.js'
import { recordStatus } from './run-record.js'

const ended = 'The process that trained it ended. resumeTraining continues from the last checkpoint.'
const silent = `The server that trained it was not heard from for ${leaseLimits.leaseMs / 1_000} seconds: it was killed, it hangs, or it does not reach the database. resumeTraining continues from the last checkpoint, on any server.`

type Watching = Pick<Hall, 'db' | 'events' | 'log'>
type Live = Pick<TrainingRun, 'id' | 'name' | 'attempt' | 'owner'>

/** A run of release 0.1.0 has neither owner nor lease: whoever trained it held this lock, for as long as its process lived. */
const isLostTo010 = (id: string) => Prisma.sql`pg_try_advisory_xact_lock(${0x57_58}::int, hashtext(${id}))`

/** There is one at most. */
export async function interruptLostRuns(hall: Watching): Promise<void> {
  const live = await hall.events.look<Live>(
    `SELECT id, name, attempt, owner FROM "TrainingRun" WHERE status IN ('QUEUED', 'RUNNING')`,
  )
  for (const run of live) await interruptIfLost(hall, run)
}

/** @returns whether it was. Looked at and written by one statement: a lease that is renewed meanwhile holds. */
export async function interruptIfLost({ db, log }: Watching, run: Live): Promise<boolean> {
  const isEnded = run.owner === null || isGone(run.owner)
  const message = isEnded ? ended : silent
  // A process that hangs is worth a look by somebody: the reason stays with the run.
  const data = { status: 'INTERRUPTED' as const, error: isEnded ? null : silent }
  const isLost = run.owner === null ? isLostTo010(run.id) : isEnded ? Prisma.sql`true` : leaseIsOver
  const interrupted = await recordStatus(db, system, run, data, message, isLost)
  if (interrupted) log.warn({ run: run.name, reason: message }, 'training was interrupted')
  return interrupted !== undefined
}
