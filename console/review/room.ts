/** What the three ways to review have in common. */
import type { Desk } from './desk.js'
import type { News } from './news.js'
import type { Decisions } from './use-decisions.js'

export interface Room {
  readonly desk: Desk
  readonly news: News
  readonly decisions: Decisions
  /** Every class there is, alphabetical, those among them that were named a moment ago. */
  readonly classLabels: readonly string[]
  /** The same, in the order in which they were first named: a new one moves none. */
  readonly inOrder: readonly string[]
  /** Whether these are all there are: the server has said so. */
  readonly areAll: boolean
  /** Classes that were given last, latest first. */
  readonly recent: readonly string[]
}
