/** Something that is looked at again and again for as long as a part of the server lives. */

/**
 * Does it every so many milliseconds, counted from the end of the last time: it is never on twice. A process is not kept alive by it.
 * @param failed told of a failure, and not of those that follow it directly: a database that is away for an hour is one line
 * @returns ends it, when the one that is on has ended
 */
export function every(
  milliseconds: number,
  work: () => Promise<unknown>,
  failed: (error: unknown) => void,
): () => Promise<void> {
  let ended = false
  let failing = false
  let underWay: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const once = async () => {
    try {
      await work()
      failing = false
    } catch (error) {
      if (!failing && !ended) failed(error)
      failing = true
    }
    if (!ended) wait()
  }
  const wait = () => {
    timer = setTimeout(() => {
      underWay = once()
    }, milliseconds).unref()
  }
  wait()
  return () => {
    ended = true
    clearTimeout(timer)
    return underWay
  }
}
