/** What went wrong, in words for whoever looks at the screen. */
import type { CombinedError } from 'urql'

export interface Trouble {
  /** Of the API (`BAD_USER_INPUT`, ...), or `OFFLINE`. */
  readonly code: string
  readonly message: string
  /** What a person may tell whoever reads the server's log. */
  readonly requestId?: string
  /** The argument that makes no sense, as a path in the operation: `input.stage2.layers`. */
  readonly field?: string
  /** Of TRAINING_IN_PROGRESS: the run that is on. */
  readonly run?: string
}

const offline: Trouble = {
  code: 'OFFLINE',
  message: 'The server does not answer. Whatever you see may be old; it is asked again as soon as it is back.',
}

export function troubleOf(error: CombinedError | undefined): Trouble | undefined {
  if (!error) return undefined
  const [first] = error.graphQLErrors
  if (!first) return offline
  const { code, requestId, field, run } = first.extensions as Partial<Trouble>
  return {
    code: code ?? 'INTERNAL_SERVER_ERROR',
    message:
      code === undefined || code === 'INTERNAL_SERVER_ERROR'
        ? 'Something went wrong inside the server.'
        : first.message,
    requestId,
    field,
    run,
  }
}
