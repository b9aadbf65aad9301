/** Every class there is, whoever has named it. */
import { useMemo } from 'react'
import { useKnownClasses } from '../classes/known-classes.js'
import { keyOf } from './near-names.js'
import { type News, useHeard } from './news.js'

/**
 * @param given labels of this page, in the order in which they were given
 * @returns every class, alphabetical; those that were given last, latest first; and whether the first are all there are: the server has said so
 */
export function useClasses(news: News, given: readonly string[]): [readonly string[], readonly string[], boolean] {
  const { classLabels: known, again } = useKnownClasses()
  const latest = [...new Set(given.filter(Boolean).toReversed())]
  const said = JSON.stringify(latest)
  const classLabels = useMemo(() => {
    const names = new Map((known ?? []).map((name) => [keyOf(name), name]))
    // A class that was named a moment ago is one, though the server has not said so yet.
    for (const name of JSON.parse(said) as string[]) if (!names.has(keyOf(name))) names.set(keyOf(name), name)
    return [...names.values()].sort((a, b) => a.localeCompare(b))
  }, [known, said])
  useHeard(news, {
    changed: ({ assignedLabel }) => {
      if (assignedLabel !== null && !known?.includes(assignedLabel)) again()
    },
    gap: again,
  })
  return [classLabels, latest, known !== undefined]
}
