/** A photo may be erased while a training reads it. */
import type { PrismaClient } from '../db.js'
import { messageOf } from '../errors.js'
import type { Hall } from '../hall.js'
import { forgetFeatures } from './features/forget.js'
import { RunFailure } from './run-failure.js'

/**
 * @param since before it was said which photos it reads, by the database's clock
 * @throws what the training rejects with; RunFailure with what to do where a photo was erased under it
 */
export async function mindErased(
  hall: Pick<Hall, 'config' | 'db' | 'log'>,
  versionId: number,
  since: Date,
  training: Promise<void>,
): Promise<void> {
  try {
    await training
  } catch (error) {
    const { length } = await erasedSince(hall.db, versionId, since)
    if (!(error instanceof RunFailure) || length === 0) throw error
    const which = length === 1 ? 'A photo of the version was' : `${length} photos of the version were`
    throw new RunFailure(`${which} erased while it trained. resumeTraining goes on without.`, { cause: error })
  } finally {
    await forget(hall, versionId, since)
  }
}

const erasedSince = (db: PrismaClient, versionId: number, since: Date) =>
  db.photo.findMany({
    where: { erasedAt: { gte: since }, entries: { some: { versionId } } },
    select: { contentHash: true, storedHash: true },
  })

/** The training may have written features of it after they were forgotten. */
async function forget({ config, db, log }: Pick<Hall, 'config' | 'db' | 'log'>, versionId: number, since: Date) {
  try {
    for (const photo of await erasedSince(db, versionId, since)) await forgetFeatures(config, photo)
  } catch (error) {
    // What was trained is not lost by it: keeping/erase.ts comes back to it within the hour.
    log.error({ reason: messageOf(error) }, 'features of erased photos could not be forgotten')
  }
}
