/** Parts that a screen can begin without come after it, as soon as the browser has nothing better to do. */
import { type ComponentType, useEffect, useState } from 'react'
import { firstScreen } from './first-screen.js'

async function whenIdle(work: () => void): Promise<void> {
  await firstScreen
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 2_000 })
  else setTimeout(work, 200) // Safari
}

/** @param Until what stands in its place meanwhile, and for good when it does not come (the server is away): the next visit asks again */
export function soon<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Until: ComponentType<Props>,
): ComponentType<Props> {
  let Part: ComponentType<Props> | undefined
  return function Soon(props: Props) {
    const [isThere, setThere] = useState(Part !== undefined)
    useEffect(() => {
      if (isThere) return
      void whenIdle(() => {
        void load().then(
          (loaded) => {
            Part = loaded
            setThere(true)
          },
          () => undefined,
        )
      })
    }, [isThere])
    const Shown = isThere && Part ? Part : Until
    return <Shown {...props} />
  }
}
