/**
 * A run that was started with `autoPromote` takes over by itself. What it asked for is in its row: when the process died after the
 * training and before the promotion, or that failed, it is made up for at the next start, or after the next training.
 */
import { system } from '../access/doer.js'
import type { Db } from '../db.js'
import { WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { patiently } from '../database/patiently.js'
import type { Promotion } from './promotion.js'

/** Never rejects. @param hurry the server stops: a database that is away is not waited for */
export async function promoteDue(hall: Hall, promotion: Promotion, hurry?: AbortSignal): Promise<void> {
  try {
    await patiently(async () => {
      const due = await dueRun(hall.db)
      if (due) await takeOver(hall, promotion, due)
    }, hurry)
  } catch (error) {
    hall.log.error({ error }, 'could not promote what was to be; tried again after the next training or start')
  }
}

interface Due {
  readonly name: string
  /** The id of the run that serves; null: none ever did. */
  readonly over: string | null
}

async function takeOver({ log }: Hall, promotion: Promotion, { name, over }: Due): Promise<void> {
  try {
    if (!(await promotion.promote(system, name, over)))
      log.info({ run: name }, 'does not take over: another run was promoted meanwhile')
  } catch (error) {
    if (!(error instanceof WasteXError)) throw error
    log.warn({ error, run: name }, 'does not take over: its model is refused')
  }
}

/**
 * The very first run has nothing to be compared with; a later one must be recommended over what serves at this moment, and nobody
 * has decided otherwise since it ended.
 */
async function dueRun(db: Db): Promise<Due | undefined> {
  const asked = { status: 'COMPLETED', autoPromote: true, promotedAt: null } as const
  const active = await db.trainingRun.findFirst({ where: { isActive: true } })
  if (!active && (await db.trainingRun.count({ where: { promotedAt: { not: null } } })) > 0) return undefined
  const better = active && {
    recommendation: 'PROMOTE' as const,
    baselineId: active.id,
    ...(active.promotedAt && { finishedAt: { gt: active.promotedAt } }),
  }
  const run = await db.trainingRun.findFirst({ where: { ...asked, ...better }, orderBy: { finishedAt: 'desc' } })
  return run ? { name: run.name, over: active?.id ?? null } : undefined
}
