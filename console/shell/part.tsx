/**
 * Parts of the page that are fetched on their own: when they are gone to, or when the browser has nothing better to do after the first
 * screen, so that what was not looked at yet is there when the server is away. What does not come is fetched again until it does.
 */
import { type ComponentType, useEffect, useState } from 'react'
import { firstScreen } from './first-screen.js'
import { Loading, TroubleNote } from './states.js'

const againMs = 3_000
const away = {
  code: 'OFFLINE',
  message: 'This could not be fetched: the server does not answer. It is tried again by itself.',
}

const idle = firstScreen.then(
  () =>
    new Promise<void>((resolve) => {
      if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 2_000 })
      else setTimeout(resolve, 200) // Safari
    }),
)

/** A sheet of styles that did not come stays in the page as if it had: taken out, it is fetched again. */
function forgetFailedStyles(): void {
  for (const sheet of document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]'))
    if (!sheet.sheet) sheet.remove()
}

/** @param Until stands in its place meanwhile: the part can wait until the browser is idle. Left out: it says that it is loading */
export function part<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Until?: ComponentType<Props>,
): ComponentType<Props> {
  let Part: ComponentType<Props> | undefined
  const fetchIt = async () => {
    Part ??= await load()
  }
  void idle.then(fetchIt).catch(forgetFailedStyles)
  return function Fetched(props: Props) {
    const [isThere, setThere] = useState(Part !== undefined)
    const [isAway, setAway] = useState(false)
    useEffect(() => {
      if (isThere) return
      let over = false
      let again: ReturnType<typeof setTimeout> | undefined
      const look = async () => {
        if (over) return
        try {
          await fetchIt()
          if (!over) setThere(true)
        } catch {
          // Whatever is wrong with it: it is said below, and fetched again.
          forgetFailedStyles()
          if (over) return
          setAway(true)
          again = setTimeout(() => void look(), againMs)
        }
      }
      void (Until ? idle : Promise.resolve()).then(look)
      return () => {
        over = true
        clearTimeout(again)
      }
    }, [isThere])
    if (isThere && Part) return <Part {...props} />
    if (Until) return <Until {...props} />
    return isAway ? <TroubleNote trouble={away} /> : <Loading />
  }
}
