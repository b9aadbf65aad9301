/** A run failed for a reason that its owner can read and mend. Whatever else is thrown is for the log alone. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure'
}
