/** What is left of everything that changes what the network learns or what serves: who, when, what, before and after. */
import type { Db, Prisma } from '../db.js'
import { currentRequest } from '../request.js'
import { type Doer, nameOf } from './doer.js'
import { keepAnswers } from './receipts.js'

export const auditActions = [
  'LABEL',
  'LABEL_MANY',
  'UNLABEL',
  'REJECT',
  'MARK_REVIEWED',
  'ERASE_PHOTO',
  'IMPORT_DATASET',
  'CREATE_VERSION',
  'SET_ACTIVE_VERSION',
  'START_TRAINING',
  'CANCEL_TRAINING',
  'RESUME_TRAINING',
  'END_TRAINING',
  'PROMOTE',
] as const
export type AuditAction = (typeof auditActions)[number]

export interface Deed {
  readonly action: AuditAction
  readonly subject: {
    readonly type: 'Image' | 'Photo' | 'DatasetVersion' | 'TrainingRun'
    readonly id: string | number
    readonly name?: string
  }
  /** What changed, and nothing else. */
  readonly before?: Prisma.InputJsonObject
  readonly after?: Prisma.InputJsonObject
}

/**
 * Within the transaction of the change: both are there, or neither.
 * @param deeds none when all was so already; the request is remembered all the same
 * @param answer what a repetition of the request is answered
 * @throws RequestRepeated when it has been answered before: the change is to be undone
 */
export async function leaveTrail(
  tx: Db,
  { actor, receipt }: Doer,
  deeds: readonly Deed[],
  answer: Prisma.InputJsonValue | null = null,
): Promise<void> {
  const { id, name } = nameOf(actor)
  const requestId = actor === 'system' ? null : (currentRequest()?.id ?? null)
  if (deeds.length > 0)
    await tx.auditEntry.createMany({
      data: deeds.map(({ action, subject, before, after }) => ({
        actor: id,
        actorName: name,
        action,
        subjectType: subject.type,
        subjectId: String(subject.id),
        subjectName: subject.name ?? null,
        before: before ?? {},
        after: after ?? {},
        requestId,
      })),
    })
  if (receipt) await keepAnswers(tx, [{ ...receipt, actor: id, answer }])
}

/** Of two states, what differs. */
export function difference<T extends object>(
  before: T,
  after: T,
): { before: Partial<T>; after: Partial<T> } | undefined {
  const changed = (Object.keys(after) as (keyof T)[]).filter((name) => before[name] !== after[name])
  if (changed.length === 0) return undefined
  const of = (state: T) => Object.fromEntries(changed.map((name) => [name, state[name]])) as Partial<T>
  return { before: of(before), after: of(after) }
}
