/** Answers that were kept for clients who might ask again are let go when their time is over. */
import { databaseTime } from '../db.js'
import type { Hall } from '../hall.js'

const hourMs = 3_600_000

/** @returns how many were let go */
export async function sweepReceipts({ db, config }: Pick<Hall, 'db' | 'config'>): Promise<number> {
  const before = new Date((await databaseTime(db)).getTime() - config.idempotencyHours * hourMs)
  return (await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: before } } })).count
}

/** Now and every hour. @returns a function that ends it, when the last one is done */
export function sweepReceiptsHourly(hall: Hall): () => Promise<void> {
  let sweeping = Promise.resolve()
  const sweep = () => {
    sweeping = sweepReceipts(hall).then(
      () => undefined,
      (error: unknown) => hall.log.warn({ error }, 'old Idempotency-Keys could not be swept; tried again in an hour'),
    )
  }
  const timer = setInterval(sweep, hourMs)
  timer.unref()
  sweep()
  return () => {
    clearInterval(timer)
    return sweeping
  }
}
