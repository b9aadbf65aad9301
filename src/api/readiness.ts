/** What `/ready` says: whether this server can be given work. */
import { messageOf } from '../errors.js'
import type { Hall } from '../hall.js'

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'failed'
  /** It must not be given work. */
  readonly failed: readonly string[]
  /** It works, but not all of it; with what mends it. */
  readonly degraded: readonly string[]
}

/** Milliseconds: whoever asks gives up soon after. */
const patienceMs = 2_000
/** For which a look at the database is good: however many ask, it is asked once a second. */
const freshMs = 1_000

export function readinessOf(hall: Hall, degraded: () => Promise<string[]>): () => Promise<Readiness> {
  let look = { problem: Promise.resolve<string | undefined>(undefined), until: 0 }
  return async () => {
    if (look.until <= performance.now()) {
      const begun = { problem: databaseProblem(hall), until: Number.POSITIVE_INFINITY }
      void begun.problem.then(() => (begun.until = performance.now() + freshMs))
      look = begun
    }
    const problem = await look.problem
    if (problem) return { status: 'failed', failed: [problem], degraded: [] }
    const missing = await degraded()
    return { status: missing.length > 0 ? 'degraded' : 'ready', failed: [], degraded: missing }
  }
}

async function databaseProblem({ db, log }: Hall): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), patienceMs)
  })
  try {
    await Promise.race([db.$queryRaw`SELECT 1`, late])
    return undefined
  } catch (error) {
    log.error({ error }, 'the database does not answer')
    return `The database does not answer${messageOf(error) === 'no answer in time' ? ` within ${patienceMs} ms` : ''}.`
  } finally {
    clearTimeout(timer)
  }
}
