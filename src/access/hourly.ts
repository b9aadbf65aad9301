/**
 * What is seen to of sign-in every hour. Answers that were kept for clients who might ask again are let go when their time is over;
 * once a day the log says which tokens end within a week.
 */
import { databaseTime } from '../db.js'
import type { Hall } from '../hall.js'
import { endingTokens } from './tokens.js'

const hourMs = 3_600_000

/** @returns how many were let go */
export async function sweepReceipts({ db, config }: Pick<Hall, 'db' | 'config'>): Promise<number> {
  const before = new Date((await databaseTime(db)).getTime() - config.idempotencyHours * hourMs)
  return (await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: before } } })).count
}

/** Now and every hour. @returns a function that ends it, when the last one is done */
export function seeToAccessHourly(hall: Hall): () => Promise<void> {
  let hours = 0
  const announce = async () => {
    for (const { name, expiresAt } of await endingTokens(hall.db))
      hall.log.warn(
        `the token “${name}” expires on ${expiresAt.toISOString().slice(0, 10)}: make a new one before that (npm run token -- create)`,
      )
  }
  let underWay = Promise.resolve()
  const look = () => {
    underWay = Promise.all([sweepReceipts(hall), hours++ % 24 === 0 && announce()]).then(
      () => undefined,
      (error: unknown) =>
        hall.log.warn(
          { error },
          'old Idempotency-Keys, or the ends of tokens, could not be seen to; tried again in an hour',
        ),
    )
  }
  const timer = setInterval(look, hourMs)
  timer.unref()
  look()
  return () => {
    clearInterval(timer)
    return underWay
  }
}
