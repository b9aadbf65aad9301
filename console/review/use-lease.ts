/** Holds on to what a desk has in hand for as long as somebody can see it, and lets go when the page goes. */
import { useEffect } from 'react'
import type { Desk } from './desk.js'

/** Well within a lease (two minutes), also when one attempt fails. */
const renewMs = 45_000

export function useLease(desk: Desk, renew: () => Promise<void>): void {
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && void renew()
    const leave = () => desk.leave()
    const timer = setInterval(look, renewMs)
    document.addEventListener('visibilitychange', look)
    addEventListener('pagehide', leave)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
      removeEventListener('pagehide', leave)
    }
  }, [desk, renew])
}
