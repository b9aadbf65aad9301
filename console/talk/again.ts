/** What is sent until there is an answer. */
import type { Trouble } from './trouble.js'

/** What passes: the same is sent again. Anything else is an answer. */
const passing = new Set(['OFFLINE', 'OVERLOADED', 'DATABASE_UNAVAILABLE', 'TIMED_OUT', 'UNAUTHENTICATED'])
export const mayPass = ({ code }: Trouble): boolean => passing.has(code)

/** Resolves after so long, or as soon as the browser says that its network is back, or `over` is. */
export const backOrAfter = (ms: number, over: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      over.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
    over.addEventListener('abort', done)
  })
