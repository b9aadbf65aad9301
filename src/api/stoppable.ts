/**
 * An async generator that can be told to stop while it waits. `return()` of a plain one takes effect at its next `yield`:
 * a subscriber that hangs up while nothing happens would be kept until something does.
 */
export function stoppable<T>(
  generate: (stopped: AbortSignal) => AsyncGenerator<T, void, undefined>,
): AsyncIterableIterator<T> {
  const controller = new AbortController()
  const inner = generate(controller.signal)
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: () => inner.next(),
    return() {
      controller.abort()
      return inner.return()
    },
  }
}
