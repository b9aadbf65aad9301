/**
 * Parts of the page that are fetched on their own: when they are gone to, or when the browser has nothing better to do after the first
 * screen, so that what was not looked at yet is there when the server is away. What does not come is fetched again until it does.
 */
import { type ComponentType, useEffect, useState } from 'react'
import { firstScreen } from './first-screen.js'
import { Loading, TroubleNote } from './states.js'

const againMs = 3_000
const troubles = {
  away: {
    code: 'OFFLINE',
    message: 'This could not be fetched: the server does not answer. It is tried again by itself.',
  },
  old: {
    code: 'OLD',
    message:
      'This could not be fetched, though the server answers: WasteX is newer than this page. Load the page again.',
  },
} as const

const idle = firstScreen.then(
  () =>
    new Promise<void>((resolve) => {
      if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 2_000 })
      else setTimeout(resolve, 200) // Safari
    }),
)

/** A sheet of styles that did not come stays in the page as if it had: taken out, it is fetched again. One that is on its way stays. */
const failedStyles = new Set<HTMLLinkElement>()
document.addEventListener('error', ({ target }) => target instanceof HTMLLinkElement && failedStyles.add(target), true)
function forgetFailedStyles(): void {
  for (const sheet of failedStyles) sheet.remove()
  failedStyles.clear()
}

const doesAnswer = () =>
  fetch('.', { method: 'HEAD' }).then(
    ({ ok }) => ok,
    () => false,
  )

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
    const [trouble, setTrouble] = useState<keyof typeof troubles>()
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
          setTrouble((await doesAnswer()) ? 'old' : 'away')
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
    if (!trouble) return <Loading />
    return <TroubleNote trouble={troubles[trouble]} again={trouble === 'old' ? () => location.reload() : undefined} />
  }
}
