/**
 * A run that is QUEUED or RUNNING is in the hands of a process: PostgreSQL advisory locks on a connection of its own, which the
 * server lets go the moment the process dies, however it dies. A run that nobody has in hand has lost its process.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { connectAlone } from '../db.js'
import { patiently } from '../database/patiently.js'

/** Shared: by whoever trains the run, and by whoever waits for that. Any number that nothing else in this database locks with. */
const inHand = 0x57_58
/** By one alone: whose thread it is. */
const training = 0x57_59
const regainMs = 250

export class RunLock {
  /** Its connection was lost, and another process trains the run by now. */
  taken = false
  /** Called then: the thread is to stop. */
  onTaken: () => void = () => undefined
  private client: pg.Client | undefined
  private trains = false
  private released = false

  private constructor(
    private readonly databaseUrl: string,
    private readonly runId: string,
  ) {}

  /** Before the run is QUEUED for others to see: they would think that its process is gone. */
  static async claim(databaseUrl: string, runId: string): Promise<RunLock> {
    const lock = new RunLock(databaseUrl, runId)
    await lock.connect()
    return lock
  }

  /** Does it while nobody has the run in hand and nobody can take it. @returns false: somebody has it */
  static async whileAbandoned(databaseUrl: string, runId: string, work: () => Promise<unknown>): Promise<boolean> {
    const client = await connectAlone(databaseUrl)
    client.on('error', () => undefined) // its loss shows in the next query; without a listener it would end the process
    try {
      if (!(await tryLock(client, inHand, runId))) return false
      await work()
      return true
    } finally {
      await client.end()
    }
  }

  /**
   * Waits while another thread trains the run: when it was cancelled, that one may still be in its last step.
   * @param hurry the server stops: a database that is away is not waited for
   */
  async train(hurry: AbortSignal): Promise<void> {
    const ask = async () => this.client?.query('SELECT pg_advisory_lock($1, hashtext($2))', [training, this.runId])
    await patiently(ask, hurry)
    this.trains = true
  }

  async release(): Promise<void> {
    this.released = true
    await this.client?.end()
  }

  private async connect(): Promise<void> {
    const client = await connectAlone(this.databaseUrl)
    client.on('error', () => undefined) // `end` follows
    try {
      await client.query('SELECT pg_advisory_lock_shared($1, hashtext($2))', [inHand, this.runId])
      if (this.trains && !(await tryLock(client, training, this.runId))) this.taken = this.released = true
    } catch (error) {
      void client.end().catch(() => undefined) // it is lost already; why, the caller is told
      throw error
    }
    if (this.released) await client.end()
    this.client = client
    // A database that restarts lets go of all locks.
    client.once('end', () => void this.regain())
  }

  private async regain(): Promise<void> {
    while (!this.released) {
      try {
        await this.connect()
        if (this.taken) this.onTaken()
        return
      } catch {
        await pause(regainMs) // until it is there again, or the training has given up
      }
    }
  }
}

async function tryLock(client: pg.Client, family: number, runId: string): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken', [
    family,
    runId,
  ])
  return rows[0]?.taken === true
}
