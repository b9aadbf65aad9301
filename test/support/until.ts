import { setTimeout as wait } from 'node:timers/promises'

/** Looks again until it is so, for what tells nobody; the test's own time limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(10)
}
