/**
 * A connection beside the pool, for short statements that many depend on: a lease is renewed and a promotion is noticed also while
 * every connection of the pool is busy.
 *
 * States: none (nothing was asked yet, or the last one was lost), connected.
 * - none to connected: when something is asked.
 * - connected to none: a statement is not answered in time (a network that drops packets closes nothing), or the server closes it.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { connectAlone } from './db.js'

/** For one statement. */
const answerMs = 5_000
const goodbyeMs = 1_000

export class SideConnection {
  private client: pg.Client | undefined
  /** One statement at a time. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly url: string) {}

  /** @throws Error of the database, or that it did not answer in time; the next statement has a new connection then */
  query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const rows = this.turn.then(() => this.ask<Row>(text, values))
    this.turn = rows.catch(() => undefined) // its caller has the error; the next in turn does not wait for it
    return rows
  }

  async close(): Promise<void> {
    await this.turn
    await endInTime(this.client)
  }

  private async ask<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const client = (this.client ??= await this.connect())
    try {
      const { rows } = await askInTime(client, text, values)
      return rows as Row[]
    } catch (error) {
      this.lose(client)
      throw error
    }
  }

  private async connect(): Promise<pg.Client> {
    const client = await connectAlone(this.url)
    client.on('error', () => this.lose(client)) // the next statement connects anew
    client.once('end', () => this.lose(client))
    return client
  }

  private lose(client: pg.Client | undefined): void {
    if (client && this.client === client) this.client = undefined
    // With a statement on its way this closes the socket at once, and does not wait for a goodbye.
    void client?.end().catch(() => undefined)
  }
}

/** One that is silent does not say goodbye: it is not waited for. */
export async function endInTime(client: pg.Client | undefined): Promise<void> {
  await Promise.race([client?.end(), pause(goodbyeMs, undefined, { ref: false })])
}

/** @throws Error also when no answer comes in time; then the connection is good for nothing but its end */
export const askInTime = (client: pg.Client, text: string, values: readonly unknown[] = []) =>
  client.query<Record<string, unknown>>({ text, values: [...values], query_timeout: answerMs } as pg.QueryConfig)
