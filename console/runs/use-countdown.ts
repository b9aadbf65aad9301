import { useEffect, useState } from 'react'
import type { Progress } from './story.js'

/** Time goes on between two events. @returns seconds left, undefined while nobody can tell */
export function useCountdown(progress: Progress | undefined): number | undefined {
  const [now, setNow] = useState(Date.now)
  const runs = progress?.etaSeconds != null
  useEffect(() => {
    if (!runs) return
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [runs])
  if (progress?.etaSeconds == null) return undefined
  return Math.max(0, progress.etaSeconds - Math.max(0, now - progress.heardAt) / 1_000)
}
