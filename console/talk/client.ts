/** The console is a client of the public API like any other: queries and uploads over HTTP, what happens over a socket. */
import { cacheExchange, Client, fetchExchange, mapExchange } from 'urql'
import { createClient as createSocket } from 'graphql-ws'
import { addressOf } from './address-of.js'

/** Cookies go along; this header says that a page of ours asks, and lets files be sent (multipart). */
export const headers = { 'graphql-preflight': '1' }

/**
 * Answers are kept by document and variables; a mutation that returns a type has every answer that holds this type asked
 * for again. Whatever comes in by subscription asks again itself (`useLive`).
 */
export const makeClient = (refused: () => void) =>
  new Client({
    url: addressOf('graphql').href,
    exchanges: [cacheExchange, heeding(refused), fetchExchange],
    fetchOptions: { headers },
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
  })

export const makeSender = (refused: () => void) =>
  new Client({
    url: addressOf('graphql').href,
    exchanges: [heeding(refused), fetchExchange],
    fetchOptions: { headers },
    preferGetMethod: false,
  })

/** Whatever is asked: that nobody is signed in (any more) concerns all of the console. */
const heeding = (refused: () => void) =>
  mapExchange({
    onError({ graphQLErrors }) {
      if (graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')) refused()
    },
  })

/** A request that is never answered is one that failed: it is sent again. @param ms for the whole of it */
export const fetchWithin =
  (ms: number): typeof fetch =>
  (input, init) =>
    fetch(input, {
      ...init,
      signal: AbortSignal.any([init?.signal, AbortSignal.timeout(ms)].filter((one) => one != null)),
    })

const waitMs = (retries: number) => Math.min(10_000, 500 * 2 ** retries) * (0.5 + Math.random() / 2)

/** One socket for all that is watched; it comes back by itself, for as long as it takes. */
export const makeSocket = (refused: () => void) =>
  createSocket({
    url: () => addressOf('graphql').href.replace(/^http/, 'ws'),
    lazyCloseTimeout: 5_000,
    keepAlive: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, waitMs(retries))),
    // 44xx: the server does not want it, however often it is asked.
    shouldRetry: (end) => !(typeof end === 'object' && end !== null && 'code' in end && isRefusal(end.code)),
    // The socket may be dead without a word (a lost network): whoever does not answer in time is left.
    on: answeredInTime(refused),
  })

const isRefusal = (code: unknown) => code === 4400 || code === 4401 || code === 4403

function answeredInTime(refused: () => void) {
  let socket: WebSocket | undefined
  let waiting: ReturnType<typeof setTimeout> | undefined
  return {
    opened: (opened: unknown) => void (socket = opened as WebSocket),
    ping: (received: boolean) => {
      if (!received) waiting = setTimeout(() => socket?.close(4408, 'No answer'), 5_000)
    },
    pong: (received: boolean) => {
      if (received) clearTimeout(waiting)
    },
    closed: (event: unknown) => {
      clearTimeout(waiting)
      if (isRefusal((event as CloseEvent).code)) refused()
    },
  }
}
