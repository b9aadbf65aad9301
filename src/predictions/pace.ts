/** How fast a model is loaded. */
import { setTimeout as pause } from 'node:timers/promises'

export type Pace = <T>(step: () => Promise<T>) => Promise<T>

/** With nobody to give way to. */
export const fullPace: Pace = (step) => step()

/**
 * Beside a model that serves: after each step it rests for as long as the step took, so that it takes half of a core. Lower priority
 * would be the better way, but a thread that has given way cannot come back without privileges, and it is to serve afterwards.
 */
export const halfPace: Pace = async (step) => {
  const started = performance.now()
  const result = await step()
  await pause(performance.now() - started)
  return result
}
