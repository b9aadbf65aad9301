/**
 * What happened, told to whoever listens: in this process and, through PostgreSQL's LISTEN/NOTIFY, in every other one.
 * A message carries ids only (NOTIFY takes 8 kB); the listener reads the rest from the database. Told inside a
 * transaction, it goes out when that transaction commits, and not at all when it does not.
 */
import type pg from 'pg'
import { connectAlone, type Db, Prisma } from './db.js'
import { messageOf } from './errors.js'
import { every } from './every.js'
import type { Log } from './log.js'
import { askInTime, endInTime, SideConnection } from './side-connection.js'

export interface Topics {
  imageQueued: { id: string }
  /** What is said of a photo in review, or who has it in hand, is another. */
  imageChanged: { id: string; what: 'photo' | 'claim' }
  trashCounted: { classLabel: string; count: number }
  /** By an import, or of what was staged. */
  versionMade: { versionId: number }
  /** Another run serves from now on. */
  modelPromoted: { runId: string }
  importProgress: { name: string; done: number; total: number; refused: number; finished: boolean }
  /** A run has events up to this one. */
  trainingEvent: { runId: string; seq: number }
  /** A run is started, runs, ends or goes on. */
  runChanged: { runId: string }
  /** Whoever trains this run is to stop. */
  trainingCancelled: { runId: string; attempt: number }
  /** A token was made or revoked: whatever is remembered of tokens is to be looked up again. */
  tokensChanged: { id: string }
}
export type Topic = keyof Topics

/** A database has channels, not a schema: each schema but `public` gets one of its own here. */
export const channel = Prisma.sql`CASE current_schema() WHEN 'public' THEN 'wastex' ELSE 'wastex_' || md5(current_schema()) END`
/** A subscriber that is this many messages behind is let go: it comes back and reads what it missed. */
export const mailboxSize = 1_000
const reconnectMs = 500
/** Between looks whether the connection that listens still answers: one whose packets get lost is not closed by anybody. */
const pingMs = 5_000

export const publish = <T extends Topic>(db: Db, topic: T, message: Topics[T]): Promise<void> =>
  publishEach(db, topic, [message])

/** By one statement. */
export async function publishEach<T extends Topic>(db: Db, topic: T, messages: readonly Topics[T][]): Promise<void> {
  if (messages.length === 0) return
  const told = messages.map((message) => JSON.stringify([topic, message]))
  await db.$executeRaw`SELECT pg_notify(${channel}, message) FROM unnest(${told}::text[]) AS told (message)`
}

type Listener = (topic: Topic, message: Topics[Topic]) => void

export class Events {
  private readonly listeners = new Set<Listener>()
  private readonly onReconnect = new Set<() => void>()
  private client: pg.Client | undefined
  /** Done again it changes nothing: that is how the connection is asked whether it still answers. */
  private listening = ''
  private closed = false
  private readonly side: SideConnection
  private stopPinging: (() => Promise<void>) | undefined

  private constructor(
    private readonly url: string,
    private readonly log: Log,
  ) {
    this.side = new SideConnection(url)
  }

  static async open(url: string, log: Log): Promise<Events> {
    const events = new Events(url, log)
    await events.listen()
    events.stopPinging = every(
      pingMs,
      () => events.ping(),
      (error) => log.warn(`the connection that listens for events is silent and is replaced: ${messageOf(error)}`),
    )
    return events
  }

  /** For looking by oneself, now and then, at what the messages tell of. Not by the pool, which may be busy; and never for long. */
  look<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    return this.side.query(text, values)
  }

  /** @param gap called when messages may have been missed (the connection was lost and is back). */
  on<T extends Topic>(topic: T, listener: (message: Topics[T]) => void, gap?: () => void): () => void {
    const entry: Listener = (told, message) => {
      if (told === topic) listener(message as Topics[T])
    }
    this.listeners.add(entry)
    if (gap) this.onReconnect.add(gap)
    return () => {
      this.listeners.delete(entry)
      if (gap) this.onReconnect.delete(gap)
    }
  }

  /**
   * The messages of a topic from now on. Listening starts at the call, not at the first `next`, so nothing is missed
   * between a look at the database and the first message. Ends when the subscriber returns, falls behind, may have missed
   * messages that nothing makes up for, or on close.
   * @param afterGap the message that makes up for those that may have been missed; where there is none, or it throws, the
   * subscription ends: whoever comes back looks at the database first
   * @param isWanted of a message; others take no place in the mailbox
   */
  subscribe<T extends Topic>(
    topic: T,
    afterGap?: () => Promise<Topics[T] | undefined>,
    isWanted: (message: Topics[T]) => boolean = () => true,
  ): AsyncIterableIterator<Topics[T]> {
    const mailbox: Topics[T][] = []
    let wake: (() => void) | undefined
    let ended = false
    const put = (message: Topics[T]) => {
      if (ended || !isWanted(message)) return
      if (mailbox.length < mailboxSize) mailbox.push(message)
      else end()
      wake?.()
    }
    const makeUp = async (read: () => Promise<Topics[T] | undefined>) => {
      try {
        const message = await read()
        if (message) put(message)
      } catch (error) {
        this.log.warn({ error }, 'a subscriber that may have missed messages is let go')
        end()
      }
    }
    const stop = this.on(topic, put, () => (afterGap ? void makeUp(afterGap) : end()))
    const end = () => {
      ended = true
      stop()
      this.enders.delete(end)
      wake?.()
    }
    this.enders.add(end)
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      async next() {
        while (mailbox.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve))
        const value = mailbox.shift()
        return value === undefined ? { done: true, value } : { done: false, value }
      },
      async return() {
        end()
        mailbox.length = 0
        return { done: true, value: undefined }
      },
    }
  }
  private readonly enders = new Set<() => void>()

  async close(): Promise<void> {
    this.closed = true
    for (const end of this.enders) end()
    await this.stopPinging?.()
    await this.side.close()
    await endInTime(this.client)
  }

  private async listen(): Promise<void> {
    const client = await connectAlone(this.url)
    client.on('notification', ({ payload }) => {
      const told = this.read(payload)
      if (told) for (const listener of this.listeners) listener(...told)
    })
    client.on('error', (error) => this.log.warn({ error }, 'the connection that listens for events was lost'))
    try {
      const { rows } = await askInTime(client, `SELECT ${channel.sql} AS channel`)
      this.listening = `LISTEN ${String(rows[0]?.['channel'])}`
      await askInTime(client, this.listening)
    } catch (error) {
      void client.end().catch(() => undefined) // it is lost already; why, the caller is told
      throw error
    }
    // Not before: whoever called hears of a connection that breaks until here, and tries again itself.
    client.once('end', () => void this.relisten())
    this.client = client
    if (this.closed) await client.end()
  }

  private async ping(): Promise<void> {
    const { client } = this
    if (!client) return
    try {
      await askInTime(client, this.listening)
    } catch (error) {
      // With the ping on its way the socket is closed at once; `relisten` follows.
      void client.end().catch(() => undefined)
      throw error
    }
  }

  /** Anybody who reaches the database can tell anything on the channel. */
  private read(payload: string | undefined): [Topic, Topics[Topic]] | undefined {
    try {
      const told: unknown = JSON.parse(payload ?? '')
      if (Array.isArray(told) && typeof told[1] === 'object' && told[1] !== null) return told as [Topic, Topics[Topic]]
      this.log.warn({ payload }, 'a notification that is no message of ours')
    } catch (error) {
      this.log.warn({ error, payload }, 'a notification that is no message of ours')
    }
    return undefined
  }

  private async relisten(): Promise<void> {
    while (!this.closed) {
      try {
        await this.listen()
        for (const gap of this.onReconnect) gap()
        return
      } catch (error) {
        this.log.warn(`still no connection for events: ${messageOf(error)}`)
        await new Promise((resolve) => setTimeout(resolve, reconnectMs))
      }
    }
  }
}
