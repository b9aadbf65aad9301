import type { EntryCellFragment } from '../generated/graphql.js'

/** A row as it is shown in a list. */
export interface ShownEntry extends EntryCellFragment {
  /** Its label in the version that it is compared with. */
  readonly before?: string | null
}
