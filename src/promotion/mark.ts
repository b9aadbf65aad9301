/** The row says which run should serve: it moves in one transaction, which also tells of it. */
import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { leaveTrail } from '../access/trail.js'
import { databaseTime, type PrismaClient, type TrainingRun } from '../db.js'
import { publish } from '../events.js'

/**
 * @param over the id of the run that it is to replace; null: of none. Left out: whichever serves
 * @returns undefined when another one serves by now: nothing was written
 */
export function markActive(
  db: PrismaClient,
  by: Doer,
  id: string,
  over?: string | null,
): Promise<TrainingRun | undefined> {
  return db.$transaction(async (tx) => {
    // Two processes that promote at once take turns here.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('wastex promotion'))`
    const before = await tx.trainingRun.findFirst({ where: { isActive: true }, select: { id: true, name: true } })
    if (over !== undefined && (before?.id ?? null) !== over) return undefined
    await tx.trainingRun.updateMany({ where: { isActive: true, id: { not: id } }, data: { isActive: false } })
    const promotedAt = await databaseTime(tx)
    const run = await tx.trainingRun.update({ where: { id }, data: { isActive: true, promotedAt } })
    const subject = { type: 'TrainingRun', id, name: run.name } as const
    const changed = { before: { serves: before?.name ?? null }, after: { serves: run.name } }
    await leaveTrail(tx, by, before?.id === id ? [] : [{ action: 'PROMOTE', subject, ...changed }])
    await keepReceipt(tx, by, { id })
    await publish(tx, 'modelPromoted', { runId: id })
    return run
  })
}
