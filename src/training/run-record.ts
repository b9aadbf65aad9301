/**
 * What is written of a run: its row, its epochs, its events. A change and the event that tells of it are one transaction,
 * under the run's row lock: events are numbered from 1 without gaps, and a state is readable before it is announced.
 * Whoever trains a run writes as its attempt: once another attempt has the run, nothing of that is written any more.
 */
import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { type Deed, leaveTrail } from '../access/trail.js'
import { databaseTime, type Db, Prisma, type PrismaClient, type RunEpoch, type TrainingRun } from '../db.js'
import { publish } from '../events.js'
import type { AttemptAtRun } from './lease.js'

export type RunEventType =
  'TrainingStatusChanged' | 'TrainingStageStarted' | 'TrainingProgress' | 'TrainingEpochCompleted' | 'TrainingEvaluated'

export const running = ['QUEUED', 'RUNNING'] as const
export const isRunning = (status: TrainingRun['status']) => running.some((one) => one === status)

async function append(tx: Db, runId: string, type: RunEventType, payload: Prisma.InputJsonObject): Promise<void> {
  const last = await tx.runEvent.aggregate({ where: { runId }, _max: { seq: true } })
  const seq = (last._max.seq ?? 0) + 1
  await tx.runEvent.create({ data: { runId, seq, type, payload } })
  await publish(tx, 'trainingEvent', { runId, seq })
  if (type === 'TrainingStatusChanged') await publish(tx, 'runChanged', { runId })
}

/** `attempt` left out: whichever it is. For whoever does not train the run. */
type Written = Pick<AttemptAtRun, 'id'> & Partial<AttemptAtRun>

/** Locks the run's row; undefined when the run is over, or another attempt's: what comes late is dropped. @param onlyIf of its row */
async function lockLive(
  tx: Db,
  { id, attempt }: Written,
  onlyIf = Prisma.sql`true`,
): Promise<TrainingRun['status'] | undefined> {
  const ofAttempt = attempt === undefined ? Prisma.sql`true` : Prisma.sql`attempt = ${attempt}`
  const rows = await tx.$queryRaw<{ status: TrainingRun['status'] }[]>`
    SELECT status FROM "TrainingRun"
    WHERE id = ${id}::uuid AND ${ofAttempt} AND status IN ('QUEUED', 'RUNNING') AND ${onlyIf} FOR UPDATE`
  return rows[0]?.status
}

/**
 * @param data what changes of the run itself
 * @param more whatever else is written with it
 * @returns false when the run is over or another attempt's, and nothing was written.
 */
export function recordEvent(
  db: PrismaClient,
  run: Written,
  type: RunEventType,
  payload: Prisma.InputJsonObject,
  data: Prisma.TrainingRunUncheckedUpdateInput = {},
  more?: (tx: Db) => Promise<void>,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    if (!(await lockLive(tx, run))) return false
    if (Object.keys(data).length > 0) await tx.trainingRun.update({ where: { id: run.id }, data })
    await more?.(tx)
    await append(tx, run.id, type, payload)
    return true
  })
}

/** An epoch is written once, however often it is told: a resumed run tells those of its checkpoint again. */
export function recordEpoch(
  db: PrismaClient,
  run: Written,
  epoch: Omit<RunEpoch, 'runId'>,
  epochs: number,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    if (!(await lockLive(tx, run))) return false
    const { count } = await tx.runEpoch.createMany({ data: [{ runId: run.id, ...epoch }], skipDuplicates: true })
    if (count > 0) await append(tx, run.id, 'TrainingEpochCompleted', { ...epoch, epochs })
    return true
  })
}

/**
 * The status of a live run changes. That it runs now is no news to the trail; that it is over is.
 * @param onlyIf of its row, looked at while nobody else changes it
 * @returns undefined when the run was over already, is another attempt's, or is not so
 */
export function recordStatus(
  db: PrismaClient,
  by: Doer,
  { id, attempt }: Written,
  data: Prisma.TrainingRunUncheckedUpdateInput & { status: TrainingRun['status'] },
  message: string,
  onlyIf?: Prisma.Sql,
): Promise<TrainingRun | undefined> {
  return db.$transaction(async (tx) => {
    const before = await lockLive(tx, { id, ...(attempt !== undefined && { attempt }) }, onlyIf)
    if (!before) return undefined
    const finishedAt = isRunning(data.status) ? null : await databaseTime(tx)
    const run = await tx.trainingRun.update({ where: { id }, data: { finishedAt, ...data } })
    await append(tx, id, 'TrainingStatusChanged', { status: data.status, message })
    if (data.status !== 'RUNNING') {
      const { name, status, recommendation } = run
      const action = status === 'CANCELLED' ? 'CANCEL_TRAINING' : 'END_TRAINING'
      const after = { status, ...(recommendation && { recommendation }) }
      const deed = {
        action,
        subject: { type: 'TrainingRun', id, name },
        before: { status: before },
        after,
      } as const
      await leaveTrail(tx, by, [deed])
      await keepReceipt(tx, by, { id })
    }
    // The thread may be another process's.
    if (data.status === 'CANCELLED') await publish(tx, 'trainingCancelled', { runId: id, attempt: run.attempt })
    return run
  })
}

/** A new run, or one that goes on. */
export function recordStart(
  db: PrismaClient,
  by: Doer,
  write: (tx: Db) => Promise<{ run: TrainingRun; deed: Omit<Deed, 'subject'> }>,
  message: string,
): Promise<TrainingRun> {
  return db.$transaction(async (tx) => {
    const { run, deed } = await write(tx)
    await append(tx, run.id, 'TrainingStatusChanged', { status: run.status, message })
    await leaveTrail(tx, by, [{ ...deed, subject: { type: 'TrainingRun', id: run.id, name: run.name } }])
    await keepReceipt(tx, by, { id: run.id })
    return run
  })
}
