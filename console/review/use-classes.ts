/** Every class there is, whoever has named it. */
import { useMemo } from 'react'
import { useKnownClasses } from '../classes/known-classes.js'
import { keyOf } from './near-names.js'
import { type News, useHeard } from './news.js'
import type { Room } from './room.js'

/**
 * @param given labels of this page, in the order in which they were given
 * @returns what a room knows of classes
 */
export function useClasses(
  news: News,
  given: readonly string[],
): Pick<Room, 'classLabels' | 'inOrder' | 'recent' | 'areAll'> {
  const { inOrder: known, again } = useKnownClasses()
  const latest = [...new Set(given.filter(Boolean).toReversed())]
  const said = JSON.stringify([...new Set(given.filter(Boolean))])
  const inOrder = useMemo(() => {
    const names = new Map((known ?? []).map((name) => [keyOf(name), name]))
    // A class that was named a moment ago is one, though the server has not said so yet.
    for (const name of JSON.parse(said) as string[]) if (!names.has(keyOf(name))) names.set(keyOf(name), name)
    return [...names.values()]
  }, [known, said])
  const classLabels = useMemo(() => inOrder.toSorted((a, b) => a.localeCompare(b)), [inOrder])
  useHeard(news, {
    changed: ({ assignedLabel, reviewed, claim }) => {
      // One that is new; or one that was taken back, and is no class any more perhaps.
      if (assignedLabel === null ? !reviewed && !claim : !known?.includes(assignedLabel)) again()
    },
    gap: again,
  })
  return { classLabels, inOrder, recent: latest, areAll: known !== undefined }
}
