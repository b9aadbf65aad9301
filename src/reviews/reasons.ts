/** Why a photo went to review. */
import type { OodReason } from '../db.js'

export type ReviewReason = OodReason | 'DISPUTED' | 'SAMPLED'

interface Reasons {
  readonly oodReasons: readonly OodReason[]
  readonly disputed: boolean
  readonly sampled: boolean
}

/** @returns at least one */
export const reviewReasonsOf = ({ oodReasons, disputed, sampled }: Reasons): ReviewReason[] => [
  ...oodReasons,
  ...(disputed ? ['DISPUTED' as const] : []),
  ...(sampled ? ['SAMPLED' as const] : []),
]
