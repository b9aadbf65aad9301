/** Which of a list are chosen: one by one, a stretch, all. */
import { useCallback, useState } from 'react'

export interface Selection {
  readonly ids: ReadonlySet<string>
  /** @param isStretch everything from the last one chosen up to here */
  readonly toggle: (index: number, isStretch: boolean) => void
  readonly all: () => void
  readonly none: () => void
}

/** @param rows ids in the order in which they are seen, undefined for what cannot be chosen; what is not among them any more is not chosen */
export function useSelection(rows: readonly (string | undefined)[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [anchor, setAnchor] = useState<string>()
  const there = (some: readonly (string | undefined)[]) => some.filter((id) => id !== undefined)
  const ids = new Set(there(rows).filter((id) => chosen.has(id)))
  const toggle = (index: number, isStretch: boolean) => {
    const id = rows[index]
    if (id === undefined) return
    const start = anchor === undefined ? -1 : rows.indexOf(anchor)
    setAnchor(id)
    if (isStretch && start >= 0) {
      const stretch = rows.slice(Math.min(start, index), Math.max(start, index) + 1)
      setChosen(new Set([...ids, ...there(stretch)]))
    } else setChosen(ids.has(id) ? new Set([...ids].filter((other) => other !== id)) : new Set([...ids, id]))
  }
  const none = useCallback(() => setChosen(new Set()), [])
  return { ids, toggle, all: () => setChosen(new Set(there(rows))), none }
}
