import { type Db, lockLimits, type PrismaClient } from '../db.js'

/** Any number, as long as nothing else locks it in this database. */
const versionsLock = 5_797_421

/** A million entries take half a minute. */
const longest = { maxWait: 60_000, timeout: 30 * 60_000 }

/**
 * A transaction in which versions are made or activated: in all processes one at a time, so that "the active version" and
 * "every staged photo" mean the same at its end as at its beginning.
 */
export const changingVersions = <T>(db: PrismaClient, change: (tx: Db) => Promise<T>): Promise<T> =>
  db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('lock_timeout', ${String(lockLimits.versionsMs)}, true)`
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${versionsLock}::int, 0)`
    return change(tx)
  }, longest)
