/** A database that restarts is no reason to lose hours of training. */
import { setTimeout as wait } from 'node:timers/promises'

const pausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]

/** Does it again for half a minute. @throws the last error */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of pausesMs) {
    try {
      return await work()
    } catch {
      await wait(pause) // it is thrown below, if it stays
    }
  }
  return work()
}
