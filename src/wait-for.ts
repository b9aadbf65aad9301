/** Every wait of a start has a limit, says what it waits for when it takes a while, and ends when the start is called off. */

export interface Waiting {
  /** Gets a line for the person at the terminal. */
  readonly say: (line: string) => void
  /** Aborted when the start is called off (SIGTERM). */
  readonly signal?: AbortSignal | undefined
}

/** A wait that is shorter is not worth a line. */
const noticeMs = 1_000
/** Time for `work` to clean up after it was aborted. */
const cleanUpMs = 6_000

/**
 * @param what "the server at db:5432 to answer"
 * @param work is given a signal: it cleans up and rejects soon after that is aborted
 * @throws Error that names `what` after `limitMs`; the reason of `waiting.signal` when that is aborted
 */
export async function waitFor<T>(
  { say, signal }: Waiting,
  what: string,
  limitMs: number,
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  // Of this wait alone: what was waited for may live on after it.
  const over = new AbortController()
  const callOff = () => over.abort(signal?.reason)
  signal?.addEventListener('abort', callOff)
  const notice = setTimeout(() => say(`Waiting for ${what} (${inWords(limitMs)} at most)`), noticeMs)
  const late = new Error(`Waited ${inWords(limitMs)} for ${what}, without success.`)
  const timer = setTimeout(() => over.abort(late), limitMs)
  let grace: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    over.signal.addEventListener('abort', () => {
      grace = setTimeout(() => reject(over.signal.reason as Error), cleanUpMs)
    })
  })
  try {
    return await Promise.race([work(over.signal), tooLate])
  } catch (error) {
    over.signal.throwIfAborted() // what fails because it was aborted fails for that reason
    throw error
  } finally {
    signal?.removeEventListener('abort', callOff)
    for (const one of [notice, timer, grace]) clearTimeout(one)
  }
}

const inWords = (ms: number) => (ms >= 120_000 ? `${Math.round(ms / 60_000)} minutes` : `${Math.ceil(ms / 1_000)} s`)
