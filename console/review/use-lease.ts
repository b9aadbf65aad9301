/** Holds on to what a desk has in hand for as long as somebody sits there, and lets go when the page goes. */
import { useEffect } from 'react'
import type { Desk } from './desk.js'

/** Well within a lease (two minutes), also when one attempt fails. */
const renewMs = 45_000
/** Whoever has touched nothing for so long has gone for a coffee: others may have the photos. */
const idleMs = 120_000
const touches = ['pointerdown', 'pointermove', 'keydown', 'scroll'] as const

export function useLease(desk: Desk, renew: () => Promise<void>): void {
  useEffect(() => {
    let touched = Date.now()
    const isThere = () => document.visibilityState === 'visible' && Date.now() - touched < idleMs
    const look = () => isThere() && void renew()
    const touch = () => {
      const wasThere = isThere()
      touched = Date.now()
      if (!wasThere) look()
    }
    // Nothing was renewed while nobody could see it.
    const shown = () => {
      touched = Date.now()
      look()
    }
    const leave = () => desk.leave()
    const timer = setInterval(look, renewMs)
    for (const event of touches) addEventListener(event, touch, { passive: true })
    document.addEventListener('visibilitychange', shown)
    addEventListener('pagehide', leave)
    return () => {
      clearInterval(timer)
      for (const event of touches) removeEventListener(event, touch)
      document.removeEventListener('visibilitychange', shown)
      removeEventListener('pagehide', leave)
    }
  }, [desk, renew])
}
