/** How long ago something was, said anew as time goes by: two of them on one screen never disagree. */
import { useEffect, useReducer } from 'react'
import { ago, moment } from './figures.js'

const tickMs = 20_000

/** @param at RFC 3339 */
export function Ago({ at }: { at: string }) {
  const [, tick] = useReducer((times: number) => times + 1, 0)
  useEffect(() => {
    const timer = setInterval(tick, tickMs)
    return () => clearInterval(timer)
  }, [])
  return (
    <time dateTime={at} title={moment(at)}>
      {ago(at)}
    </time>
  )
}
