/** What happens on the server, as it happens; and whether the line stands. */
import { useEffect, useRef, useState } from 'react'
import type { GraphQLError } from 'graphql'
import { stringifyDocument, type TypedDocumentNode } from 'urql'
import { useLine } from './line.js'

const useSocket = () => useLine().socket

interface Listening<Result> {
  readonly next: (data: Result) => void
  /** News may have been missed (before the line stood, while it was broken, after the server let go): look at what there is. */
  readonly gap?: () => void
  /** The line was broken and stands again; what it brings begins now. */
  readonly mended?: () => void
}

/** Nobody says when a subscription stands. What is asked for so long after it was sent finds it standing: nothing falls between the two. */
const subscribedMs = 250

/** An answer that comes at once from a server that is unwell must not be asked for again at once. */
const againMs = 1_000
const refusedMs = 5_000
const isForbidden = (cause: unknown) =>
  Array.isArray(cause) &&
  (cause as readonly GraphQLError[]).some(({ extensions }) => extensions?.['code'] === 'FORBIDDEN')

/**
 * Subscribes for as long as the component is there. A line that breaks is mended, a stream that completes is asked for again.
 * @param variables subscribed anew when they say something else; null: not now
 * @param ends whether the stream is over when it completes (a run's), and not to be asked for again
 * @param place further variables, looked up whenever it is asked for, after a broken line too: where a stream with numbers goes on
 */
export function useLive<Result, Variables extends object>(
  document: TypedDocumentNode<Result, Variables>,
  variables: NoInfer<Variables> | null,
  listening: Listening<Result>,
  { ends = false, place }: { ends?: boolean; place?: () => Partial<NoInfer<Variables>> } = {},
): void {
  const socket = useSocket()
  const latest = useRef(listening)
  latest.current = listening
  const placeNow = useRef(place)
  placeNow.current = place
  /** The same for as long as it says the same. */
  const asked = useRef(variables)
  if (JSON.stringify(asked.current) !== JSON.stringify(variables)) asked.current = variables
  const payload = asked.current
  useEffect(() => {
    if (payload === null) return
    let over = false
    let stop = () => {}
    let again: ReturnType<typeof setTimeout> | undefined
    let late: ReturnType<typeof setTimeout> | undefined
    const operation = {
      query: stringifyDocument(document),
      // Read when it is sent: the socket sends it again by itself when the line is back.
      get variables() {
        return { ...payload, ...placeNow.current?.() } as Record<string, unknown>
      },
    }
    const lookOnceMore = () => {
      clearTimeout(late)
      late = setTimeout(() => latest.current.gap?.(), subscribedMs)
    }
    const subscribe = () => {
      lookOnceMore()
      stop = socket.subscribe<Result>(operation, {
        next: ({ data }) => data && latest.current.next(data),
        // Refused, in words or by closing the socket for good: that may pass (the server is busy), or whoever asks over HTTP hears why.
        error: (cause) => {
          if (!over && !isForbidden(cause)) again = setTimeout(subscribe, refusedMs)
        },
        complete: () => {
          if (over || ends) return
          again = setTimeout(subscribe, againMs)
        },
      })
    }
    subscribe()
    const stopListening = socket.on('connected', (_socket, _payload, wasRetry) => {
      if (wasRetry) latest.current.mended?.()
      lookOnceMore()
    })
    return () => {
      over = true
      clearTimeout(again)
      clearTimeout(late)
      stopListening()
      stop()
    }
  }, [socket, document, payload, ends])
}

/** @param back called when the line is there again after it was not: what could not be asked for can be now */
export function useBack(back: () => void): void {
  const socket = useSocket()
  const latest = useRef(back)
  latest.current = back
  useEffect(() => socket.on('connected', (_socket, _payload, wasRetry) => wasRetry && latest.current()), [socket])
}

/** Codes of closing above it say that something is wrong. */
const mostUsual = 1001

/** Whether the server can be heard: the socket stands or is not needed, and the browser has a network. */
export function useStanding(): 'up' | 'down' {
  const socket = useSocket()
  const [isHeard, setHeard] = useState(true)
  const [isOnline, setOnline] = useState(navigator.onLine)
  useEffect(() => {
    const online = () => setOnline(navigator.onLine)
    addEventListener('online', online)
    addEventListener('offline', online)
    const off = [
      socket.on('connected', () => setHeard(true)),
      socket.on('closed', (event) =>
        setHeard((event as CloseEvent).wasClean && (event as CloseEvent).code < mostUsual),
      ),
      socket.on('error', () => setHeard(false)),
      () => removeEventListener('online', online),
      () => removeEventListener('offline', online),
    ]
    return () => off.forEach((stop) => stop())
  }, [socket])
  return isHeard && isOnline ? 'up' : 'down'
}
