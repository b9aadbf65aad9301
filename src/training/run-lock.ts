/**
 * A running training is held by the process that trains: a PostgreSQL advisory lock on a connection of its own, which
 * the server lets go the moment the process dies, however it dies. A RUNNING run whose lock is free has lost its process.
 */
import type pg from 'pg'
import { connectAlone } from '../db.js'

/** Any number that nothing else in this database locks with. */
const family = 0x57_58

export class RunLock {
  private constructor(private readonly client: pg.Client) {}

  /** Waits while another process has it: a run that was cancelled may still be in its last step there. */
  static async take(databaseUrl: string, runId: string): Promise<RunLock> {
    const client = await connect(databaseUrl)
    await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [family, runId])
    return new RunLock(client)
  }

  /** @returns undefined when another process has it. */
  static async takeIfFree(databaseUrl: string, runId: string): Promise<RunLock | undefined> {
    const client = await connect(databaseUrl)
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken', [
      family,
      runId,
    ])
    if (rows[0]?.taken) return new RunLock(client)
    await client.end()
    return undefined
  }

  async release(): Promise<void> {
    await this.client.end()
  }
}

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = await connectAlone(databaseUrl)
  // Its loss shows in the next query; without a listener it would end the process.
  client.on('error', () => undefined)
  return client
}
