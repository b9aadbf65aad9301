/**
 * Screens come when they are gone to, or when the browser has nothing better to do after the first one: so one that was not looked at
 * yet is there when the server is away.
 */
import { type ComponentType, useEffect, useState } from 'react'
import { firstScreen } from './first-screen.js'
import { Loading, TroubleNote } from './states.js'

const againMs = 3_000
const away = {
  code: 'OFFLINE',
  message: 'This screen could not be fetched: the server does not answer. It is tried again by itself.',
}

type Load = () => Promise<{ default: ComponentType }>

/** A sheet of styles that did not come stays in the page as if it had: taken out, it is fetched again. */
function forgetFailedStyles(): void {
  for (const sheet of document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]'))
    if (!sheet.sheet) sheet.remove()
}

export function part(load: Load): ComponentType {
  let Part: ComponentType | undefined
  const fetchIt = async () => {
    Part ??= (await load()).default
  }
  void firstScreen.then(() => setTimeout(() => fetchIt().catch(forgetFailedStyles), 1_000))
  return function Fetched() {
    const [isThere, setThere] = useState(Part !== undefined)
    const [isAway, setAway] = useState(false)
    useEffect(() => {
      if (isThere) return
      let over = false
      let again: ReturnType<typeof setTimeout> | undefined
      const look = () =>
        fetchIt().then(
          () => !over && setThere(true),
          () => {
            forgetFailedStyles()
            if (over) return
            setAway(true)
            again = setTimeout(() => void look(), againMs)
          },
        )
      void look()
      return () => {
        over = true
        clearTimeout(again)
      }
    }, [isThere])
    if (isThere && Part) return <Part />
    return isAway ? <TroubleNote trouble={away} /> : <Loading />
  }
}
