/** A process of subscribers: opens so many sockets, follows one run, and says when each of them heard of each event. */
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { TrainingEventsDocument, type TrainingEventsSubscription } from '../documents/generated/graphql.js'

const [address = '', run = '', count = '0'] = process.argv.slice(2)
/** By subscriber: the numbers it heard, and when (milliseconds since the epoch). */
const heard: { seq: number; at: number }[][] = []

/** A wave at a time: a thousand sockets in one breath are more than a listening socket holds. */
const wave = 50
for (let i = 0; i < Number(count); i += wave)
  await Promise.all(Array.from({ length: Math.min(wave, Number(count) - i) }, () => subscribe()))
process.send?.('open')

function subscribe(): Promise<void> {
  const own: (typeof heard)[number] = []
  heard.push(own)
  return new Promise((resolve, reject) => {
    const client = createClient({
      url: `${address.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: reject,
      on: { connected: () => resolve() },
    })
    client.subscribe<TrainingEventsSubscription>(
      { query: TrainingEventsDocument.toString(), variables: { run, after: 0 } },
      {
        next: ({ data }) => {
          if (data) own.push({ seq: data.trainingEvents.seq, at: performance.timeOrigin + performance.now() })
        },
        error: (error) => {
          throw new Error(`a subscriber was let go: ${JSON.stringify(error)}`)
        },
        complete: () => {},
      },
    )
  })
}

process.on('message', () => {
  // Not before it is sent: it is a few megabytes.
  process.send?.(heard, () => process.exit(0))
})
