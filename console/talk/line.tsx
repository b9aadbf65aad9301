/** The line to the server, as one person. Whoever signs in next has another one: what waits on this one is neither theirs to send nor to see. */
import type { Client as Socket } from 'graphql-ws'
import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react'
import type { Client } from 'urql'
import { makeClient, makeSender, makeSocket } from './client.js'

export class Line {
  /** Tells whoever listens (`refused`) that the server does not know this person, any more or yet. */
  readonly refusals = new EventTarget()
  /** For what is looked at: answers are kept, and asked for again when a mutation has changed them. */
  readonly client: Client
  /** For what is sent in numbers, photos and decisions: it has nothing asked for again. What came of it is told by subscription. */
  readonly sender: Client
  readonly socket: Socket
  readonly #ending = new AbortController()

  constructor() {
    const refused = () => void this.refusals.dispatchEvent(new Event('refused'))
    this.client = makeClient(refused)
    this.sender = makeSender(refused)
    this.socket = makeSocket(refused)
  }

  get ended(): AbortSignal {
    return this.#ending.signal
  }

  end(): void {
    this.#ending.abort()
    void this.socket.dispose()
  }
}

const LineContext = createContext<Line | undefined>(undefined)
export const LineProvider = ({ line, children }: { line: Line; children: ReactNode }) => (
  <LineContext.Provider value={line}>{children}</LineContext.Provider>
)

export function useLine(): Line {
  const line = useContext(LineContext)
  if (!line) throw new Error('There is no line above this component')
  return line
}

/** @param refused called when the server wants to know again who this is */
export function useRefusal(refused: () => void): void {
  const { refusals } = useLine()
  const latest = useRef(refused)
  latest.current = refused
  useEffect(() => {
    const listener = () => latest.current()
    refusals.addEventListener('refused', listener)
    return () => refusals.removeEventListener('refused', listener)
  }, [refusals])
}
