/** What is left of everything that changes what the network learns, what serves or who comes in: who, when, what, before and after. */
import type { Db, Prisma } from '../db.js'
import { currentRequest } from '../request.js'
import { type Doer, nameOf } from './doer.js'

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
  'REMOVE_CLASS',
  'PRUNE',
  'CREATE_TOKEN',
  'REVOKE_TOKEN',
] as const
export type AuditAction = (typeof auditActions)[number]

export interface Deed {
  readonly action: AuditAction
  readonly subject: {
    readonly type: 'Image' | 'Photo' | 'DatasetClass' | 'DatasetVersion' | 'TrainingRun' | 'AccessToken'
    readonly id: string | number
    /** Not of an Image: people put names into those of files, and what stands here is never erased. */
    readonly name?: string
  }
  /** What changed, and nothing else. */
  readonly before?: Prisma.InputJsonObject
  readonly after?: Prisma.InputJsonObject
}

/** Within the transaction of the change: both are there, or neither. @param deeds none when all was so already */
export async function leaveTrail(tx: Db, { actor }: Doer, deeds: readonly Deed[]): Promise<void> {
  if (deeds.length === 0) return
  const { id, name } = nameOf(actor)
  const requestId = typeof actor === 'string' ? null : (currentRequest()?.id ?? null)
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
