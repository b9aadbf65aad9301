/** Which photos of review are wanted: in Prisma's words for lists, and in SQL, which alone can lock rows as it finds them. */
import { type OodReason, Prisma } from '../db.js'
import type { ReviewReason } from './reasons.js'

/** All conditions that are given must hold. */
export interface PhotoFilter {
  readonly reviewed?: boolean | null | undefined
  readonly staged?: boolean | null | undefined
  readonly rejected?: boolean | null | undefined
  readonly addedToDataset?: boolean | null | undefined
  readonly assignedLabel?: string | null | undefined
  readonly topPrediction?: string | null | undefined
  readonly oodReason?: OodReason | null | undefined
  readonly reviewReason?: ReviewReason | null | undefined
}

/** Columns with the value that they are to have, and reasons. */
function conditions({ oodReason, reviewReason, ...columns }: PhotoFilter) {
  const equal = Object.entries(columns).filter(([, value]) => value != null)
  return { equal, reasons: [oodReason, reviewReason].filter((reason) => reason != null) }
}

export function whereOf(filter: PhotoFilter): Prisma.ImageWhereInput {
  const { equal, reasons } = conditions(filter)
  const has = (reason: ReviewReason): Prisma.ImageWhereInput => {
    if (reason === 'DISPUTED') return { disputed: true }
    return reason === 'SAMPLED' ? { sampled: true } : { oodReasons: { has: reason } }
  }
  return { ...Object.fromEntries(equal), AND: reasons.map(has) }
}

export function sqlOf(filter: PhotoFilter): Prisma.Sql {
  const { equal, reasons } = conditions(filter)
  const has = (reason: ReviewReason) => {
    if (reason === 'DISPUTED') return Prisma.sql`disputed`
    return reason === 'SAMPLED' ? Prisma.sql`sampled` : Prisma.sql`${reason}::"OodReason" = ANY("oodReasons")`
  }
  const all = [
    ...equal.map(([column, value]) => Prisma.sql`${Prisma.raw(`"${column}"`)} = ${value}`),
    ...reasons.map(has),
  ]
  return all.length > 0 ? Prisma.join(all, ' AND ') : Prisma.sql`true`
}
