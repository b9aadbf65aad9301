/**
 * What `/ready` says: whether this server can be given work.
 * - `failed`, 503: the database does not answer or takes no changes, a disk is full, or the model that should serve is being loaded
 * - `degraded`, 200: it works, and something is missing
 * - `ready`, 200
 * While the server starts, nothing listens on its port.
 */
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { remove, writeCacheFile } from '../disk.js'
import { messageOf } from '../errors.js'
import type { Hall } from '../hall.js'
import type { Log } from '../log.js'

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'failed'
  /** It must not be given work. */
  readonly failed: readonly string[]
  /** It works, but not all of it; with what mends it. */
  readonly degraded: readonly string[]
}

/** What this process itself knows of the model that serves. */
export interface ModelState {
  /** Why it cannot be asked at the moment, though it soon can. */
  loading(): string | undefined
  /** What is missing, in sentences for people, while it serves all the same. */
  degraded(): Promise<string[]>
}

export const readinessLimits = Object.freeze({
  /** Whoever asks gives up soon after. */
  patienceMs: 2_000,
  /** For which a look is good: however many ask, it is looked once a second. */
  freshMs: 1_000,
  /** Bytes that stay free on a disk: three photos, or two files of PostgreSQL's log. */
  reserveBytes: 32 * 2 ** 20,
  /** For so long after the database has said that its disk is full, which cannot be seen from here. */
  fullMs: 30_000,
})

/** When the database has last said that its disk is full, by the log of the server that it was said to. */
const full = new WeakMap<Log, number>()
export const noteFull = (log: Log): void => void full.set(log, performance.now())

export function readinessOf(hall: Hall, model: ModelState): () => Promise<Readiness> {
  let look = { problems: Promise.resolve<string[]>([]), until: 0 }
  return async () => {
    if (look.until <= performance.now()) {
      const begun = { problems: problemsOf(hall), until: Number.POSITIVE_INFINITY }
      void begun.problems.then(() => (begun.until = performance.now() + readinessLimits.freshMs))
      look = begun
    }
    const failed = [...(await look.problems), ...[model.loading()].filter((problem) => problem !== undefined)]
    if (failed.length > 0) return { status: 'failed', failed, degraded: [] }
    const degraded = await model.degraded()
    return { status: degraded.length > 0 ? 'degraded' : 'ready', failed, degraded }
  }
}

/** All at once: none waits for another one's time limit. */
async function problemsOf(hall: Hall): Promise<string[]> {
  const { config, log } = hall
  const silent = 'The database does not answer'
  const problems = await Promise.all([
    inTime(databaseProblem(hall), `${silent} within ${readinessLimits.patienceMs} ms.`).catch((error: unknown) => {
      log.error({ error }, silent)
      return `${silent}.`
    }),
    // A busy disk is late, which does not make it a full one.
    inTime(diskProblem('WASTEX_DATA', config.dataDir), undefined),
    inTime(diskProblem('WASTEX_MODELS', config.modelsDir), undefined),
  ])
  return problems.filter((problem) => problem !== undefined)
}

async function databaseProblem({ db, log }: Hall): Promise<string | undefined> {
  const [now] = await db.$queryRaw<{ isStandby: boolean; isReadOnly: boolean }[]>`
    SELECT pg_is_in_recovery() AS "isStandby", current_setting('transaction_read_only') = 'on' AS "isReadOnly"`
  if (now?.isStandby) return 'The database is read-only: its server is a standby.'
  if (now?.isReadOnly) return 'The database is read-only.'
  const since = full.get(log)
  if (since === undefined || performance.now() - since > readinessLimits.fullMs) return undefined
  return 'The disk of the database is full.'
}

async function diskProblem(setting: string, folder: string): Promise<string | undefined> {
  // Quotas, and a disk that was made read-only, show when something is written.
  const probe = path.join(folder, '.ready.tmp')
  try {
    const { bavail, bsize, files, ffree } = await statfs(folder)
    const free = bavail * bsize
    if (free < readinessLimits.reserveBytes)
      return `The disk of ${setting} (${folder}) is full: ${Math.floor(free / 2 ** 20)} MiB are left.`
    if (files > 0 && ffree === 0) return `The disk of ${setting} (${folder}) is full: it takes no more files.`
    await writeCacheFile(probe, Buffer.from('WasteX can write here.'))
    await remove(probe)
    return undefined
  } catch (error) {
    return `Nothing can be written to the disk of ${setting} (${folder}): ${messageOf(error)}`
  }
}

async function inTime(look: Promise<string | undefined>, tooLate: string | undefined): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string | undefined>((resolve) => {
    timer = setTimeout(() => resolve(tooLate), readinessLimits.patienceMs)
  })
  try {
    return await Promise.race([look, late])
  } finally {
    clearTimeout(timer)
  }
}
