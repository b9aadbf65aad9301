/** A database that restarts is no reason to lose hours of training. */
import { setTimeout as wait } from 'node:timers/promises'

const pausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]

/**
 * Does it again for half a minute.
 * @param hurry a server that stops does not wait: from then on it is done once more at most
 * @throws the last error
 */
export async function patiently<T>(work: () => Promise<T>, hurry?: AbortSignal): Promise<T> {
  for (const pause of hurry?.aborted ? [] : pausesMs) {
    try {
      return await work()
    } catch {
      // It is thrown below, if it stays; and nobody asks how long was waited.
      await wait(pause, undefined, hurry && { signal: hurry }).catch(() => undefined)
    }
    if (hurry?.aborted) break
  }
  return work()
}
