/** The request in hand, wherever in the code something is done for it: a function far below need not be told. */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface RequestInHand {
  readonly id: string
  /** By `performance.now()`, when its first byte was read. */
  readonly startedAt: number
  /** Whom it is done for, as far as turns and shares go: a token's id, or an address where nobody signs in. */
  client?: string | undefined
  /** What became known of it as it went. */
  operation?: string | undefined
  kind?: 'query' | 'mutation' | 'subscription' | undefined
  /** Of its first error. */
  code?: string | undefined
}

const inHand = new AsyncLocalStorage<RequestInHand>()

/** Undefined in what the server does by itself. */
export const currentRequest = (): RequestInHand | undefined => inHand.getStore()

/** Everything that `work` begins belongs to this request. */
export const during = <T>(request: RequestInHand, work: () => T): T => inHand.run(request, work)
