/**
 * What is written of a run: its row, its epochs, its events. A change and the event that tells of it are one transaction,
 * under the run's row lock: events are numbered from 1 without gaps, and a state is readable before it is announced.
 */
import { type Doer, system } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { type Deed, leaveTrail } from '../access/trail.js'
import type { Db, PrismaClient, Prisma, RunEpoch, TrainingRun } from '../db.js'
import { publish } from '../events.js'

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

/** Locks the run's row; undefined when the run is over (cancelled meanwhile): what comes late is dropped. */
async function lockLive(tx: Db, runId: string): Promise<TrainingRun['status'] | undefined> {
  const rows = await tx.$queryRaw<{ status: TrainingRun['status'] }[]>`
    SELECT status FROM "TrainingRun" WHERE id = ${runId}::uuid AND status IN ('QUEUED', 'RUNNING') FOR UPDATE`
  return rows[0]?.status
}

/**
 * @param data what changes of the run itself
 * @param more whatever else is written with it
 * @returns false when the run is over, and nothing was written.
 */
export function recordEvent(
  db: PrismaClient,
  runId: string,
  type: RunEventType,
  payload: Prisma.InputJsonObject,
  data: Prisma.TrainingRunUncheckedUpdateInput = {},
  more?: (tx: Db) => Promise<void>,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    if (!(await lockLive(tx, runId))) return false
    if (Object.keys(data).length > 0) await tx.trainingRun.update({ where: { id: runId }, data })
    await more?.(tx)
    await append(tx, runId, type, payload)
    return true
  })
}

/** An epoch is written once, however often it is told: a resumed run tells those of its checkpoint again. */
export function recordEpoch(db: PrismaClient, epoch: RunEpoch, epochs: number): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const { runId, ...payload } = epoch
    if (!(await lockLive(tx, runId))) return false
    const { count } = await tx.runEpoch.createMany({ data: [epoch], skipDuplicates: true })
    if (count > 0) await append(tx, runId, 'TrainingEpochCompleted', { ...payload, epochs })
    return true
  })
}

/** The status of a live run changes. That it runs now is no news to the trail; that it is over is. @returns undefined when the run was over already. */
export function recordStatus(
  db: PrismaClient,
  by: Doer,
  runId: string,
  data: Prisma.TrainingRunUncheckedUpdateInput & { status: TrainingRun['status'] },
  message: string,
): Promise<TrainingRun | undefined> {
  return db.$transaction(async (tx) => {
    const before = await lockLive(tx, runId)
    if (!before) return undefined
    const run = await tx.trainingRun.update({ where: { id: runId }, data })
    await append(tx, runId, 'TrainingStatusChanged', { status: data.status, message })
    if (data.status !== 'RUNNING') {
      const { name, status, recommendation } = run
      const action = status === 'CANCELLED' ? 'CANCEL_TRAINING' : 'END_TRAINING'
      const after = { status, ...(recommendation && { recommendation }) }
      const deed = {
        action,
        subject: { type: 'TrainingRun', id: runId, name },
        before: { status: before },
        after,
      } as const
      await leaveTrail(tx, by, [deed])
      await keepReceipt(tx, by, { id: runId })
    }
    // The thread may be another process's.
    if (data.status === 'CANCELLED') await publish(tx, 'trainingCancelled', { runId })
    return run
  })
}

/** A run that stops without its own doing, and can be resumed. */
export function interrupt(db: PrismaClient, runId: string, message: string): Promise<TrainingRun | undefined> {
  return recordStatus(db, system, runId, { status: 'INTERRUPTED', finishedAt: new Date() }, message)
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
