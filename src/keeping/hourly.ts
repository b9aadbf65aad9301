/** What is seen to now and then, beside everything else: what was to go, and is still there. */
import { databaseTime } from '../db.js'
import type { Hall } from '../hall.js'
import { finishErasing } from './erase.js'
import { eraseUnlabelled } from './retention.js'
import { stripMetadata } from './strip-metadata.js'
import { sweepUploads } from './sweep-uploads.js'

const hourMs = 3_600_000

type Work = (hall: Hall, isStopped: () => boolean) => Promise<number>

/** By what the log says of how many. */
const works: readonly (readonly [done: string, Work])[] = [
  ['erased photos lost their bytes', finishErasing],
  [
    'photos went whose time was over',
    async (hall, isStopped) => eraseUnlabelled(hall, await databaseTime(hall.db), isStopped),
  ],
  ['files went that no photo names', sweepUploads],
  ['photos lost their metadata', stripMetadata],
]

/** Begins at once, and waits for nobody. @returns a function that stops it, after the photo in hand */
export function seeToHourly(hall: Hall, everyMs = hourMs): () => Promise<void> {
  let stopped = false
  const isStopped = () => stopped
  const look = async () => {
    for (const [done, work] of works) {
      if (stopped) return
      try {
        const count = await work(hall, isStopped)
        if (count) hall.log.info({ count }, done)
      } catch (error) {
        hall.log.error({ error, work: done }, 'not all of it could be done; tried again in an hour')
      }
    }
  }
  let looking = look()
  const timer = setInterval(() => {
    looking = looking.then(look)
  }, everyMs).unref()
  return async () => {
    stopped = true
    clearInterval(timer)
    await looking
  }
}
