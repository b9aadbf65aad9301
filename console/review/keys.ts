/** Single keys, wherever the focus is, unless it stands where one types or where the key has a meaning of its own. */
import { useEffect, useRef } from 'react'
import { useLocalStorage } from '@mantine/hooks'

const typing = 'input:not([type=checkbox]), textarea, select, [role=menu], [role=listbox], [role=dialog]'
const pressing = 'button, a, [role=tab], summary'
const isMove = (key: string) => key.startsWith('Arrow')

/** @param keys by `KeyboardEvent.key`, letters small */
export function useKeys(keys: Readonly<Record<string, (() => void) | undefined>>): void {
  const [isOn] = useSingleKeys()
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    if (!isOn) return
    const pressed = (event: KeyboardEvent) => {
      const { key, target } = event
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      // A finger that rests on a key decides once.
      if (event.repeat && !isMove(key)) return
      const act = latest.current[key.length === 1 ? key.toLowerCase() : key]
      if (!act || !(target instanceof Element) || target.closest(typing)) return
      if ((key === ' ' || key === 'Enter') && target.closest(pressing)) return
      if (isMove(key) && target.closest('[role=tab]')) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  }, [isOn])
}

/** Whether a class keeps its key from photo to photo, so that the fingers know it. */
export const useSteadyKeys = () => useLocalStorage({ key: 'wastex.steady-keys', defaultValue: true })

/** Whoever speaks to the computer, or holds keys by mistake, can do without (WCAG 2.1.4). */
export const useSingleKeys = () => useLocalStorage({ key: 'wastex.single-keys', defaultValue: true })
