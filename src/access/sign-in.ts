/**
 * Who is it? The one answer for HTTP, sockets and files. What was looked up is remembered for seconds, and forgotten by every
 * process as soon as a token is made or revoked; whatever stays open is closed then, too.
 */
import { isLoopback } from '../loopback.js'
import { WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { type Actor, anybody } from './actor.js'
import { FailedSignIns } from './failed-sign-ins.js'
import { hashOf, isSecret } from './secret.js'

/** What a request shows of itself. */
export interface Credentials {
  readonly secret: string | undefined
  /** A browser sends its cookie unasked, and one of another server on the same machine too: a wrong one counts as none. */
  readonly by: 'bearer' | 'cookie'
  /** Where it comes from, for the count of those who guess. */
  readonly address: string
  /** Whether it calls this server by a name of the loopback: a page elsewhere can make its own name lead here. */
  readonly isLocal: boolean
}

/** Something that stays open for as long as its actor may come in. */
interface Held {
  readonly actor: Actor
  readonly end: () => void
}

export const accessTimes = {
  /** For which an answer of the database is remembered. */
  rememberMs: 5_000,
  /** Between looks at what is open, in case the message of a revocation was lost. */
  recheckMs: 30_000,
  /** The time of a token's last use is written down no more often than this. */
  lastUsedMs: 60_000,
} as const

const unauthenticated = (message: string) => new WasteXError('UNAUTHENTICATED', message)

export class SignIn {
  private remembered = new Map<string, { actor: Actor; until: number }>()
  /** Hashes that were good once: these are always looked up, however many others from the same address were not. */
  private readonly goodOnce = new Set<string>()
  private readonly failed = new FailedSignIns()
  private isNeeded: boolean
  private notNeededUntil = 0
  private readonly held = new Set<Held>()
  private readonly stopListening: () => void
  private readonly timer: NodeJS.Timeout

  constructor(private readonly hall: Pick<Hall, 'config' | 'db' | 'events' | 'log'>) {
    this.isNeeded = !isLoopback(hall.config.host)
    const changed = () => {
      this.remembered = new Map() // a look-up that began before writes into the old one
      this.notNeededUntil = 0
      void this.recheck()
    }
    this.stopListening = hall.events.on('tokensChanged', changed, changed)
    this.timer = setInterval(() => void this.recheck(), accessTimes.recheckMs).unref()
  }

  close(): void {
    clearInterval(this.timer)
    this.stopListening()
  }

  /** @throws WasteXError UNAUTHENTICATED; OVERLOADED for whoever has guessed too often */
  async actorOf({ secret, by, address, isLocal }: Credentials): Promise<Actor> {
    const found = secret === undefined ? undefined : await this.find(secret, address)
    if (found) return found
    if (secret !== undefined && by === 'bearer') {
      throw unauthenticated('This token is unknown or was revoked. `npm run token -- list` shows those there are.')
    }
    if (await this.signInIsNeeded()) {
      throw unauthenticated(
        'Sign in: send the header `Authorization: Bearer wastex_...`. `npm run token -- create NAME --role operator` makes a token.',
      )
    }
    if (!isLocal) {
      throw unauthenticated(
        'Without a token this server answers to http://localhost and http://127.0.0.1 only. `npm run token -- create NAME --role admin` makes one.',
      )
    }
    return anybody
  }

  /** @param end called as soon as the actor may come in no more @returns how to let go of it */
  hold(actor: Actor, end: () => void): () => void {
    const one = { actor, end }
    this.held.add(one)
    return () => void this.held.delete(one)
  }

  private async find(secret: string, address: string): Promise<Actor | undefined> {
    const { remembered } = this
    const hash = hashOf(secret)
    const known = remembered.get(hash)
    if (known && known.until > Date.now()) return known.actor
    const waitMs = this.goodOnce.has(hash) ? 0 : this.failed.waitMs(address)
    if (waitMs > 0) {
      throw new WasteXError('OVERLOADED', 'Too many tokens from this address were wrong. Try again later.', {
        retryAfterMs: waitMs,
      })
    }
    const actor = isSecret(secret) ? await this.lookUp(hash) : undefined
    if (!actor) {
      this.failed.note(address)
      this.goodOnce.delete(hash)
      return undefined
    }
    this.goodOnce.add(hash)
    remembered.set(hash, { actor, until: Date.now() + accessTimes.rememberMs })
    return actor
  }

  private async lookUp(secretHash: string): Promise<Actor | undefined> {
    const { db } = this.hall
    const token = await db.accessToken.findUnique({ where: { secretHash } })
    if (!token || token.revokedAt) return undefined
    const lately = new Date(Date.now() - accessTimes.lastUsedMs)
    if (!token.lastUsedAt || token.lastUsedAt < lately) {
      await db.accessToken.updateMany({
        where: { id: token.id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: lately } }] },
        data: { lastUsedAt: new Date() },
      })
    }
    return { role: token.role, token: { id: token.id, name: token.name } }
  }

  /** Once it is, it is for ever: tokens are never deleted. */
  private async signInIsNeeded(): Promise<boolean> {
    if (this.isNeeded || this.notNeededUntil > Date.now()) return this.isNeeded
    const { remembered } = this
    const any = await this.hall.db.accessToken.findFirst({ select: { id: true } })
    this.isNeeded ||= any !== null
    // What was looked up before the message of a token came is not remembered after it.
    if (remembered === this.remembered) this.notNeededUntil = Date.now() + accessTimes.rememberMs
    return this.isNeeded
  }

  private async recheck(): Promise<void> {
    if (this.held.size === 0) return
    try {
      const isNeeded = await this.signInIsNeeded()
      const ids = new Set([...this.held].flatMap(({ actor }) => actor.token?.id ?? []))
      const live = await this.hall.db.accessToken.findMany({
        where: { id: { in: [...ids] }, revokedAt: null },
        select: { id: true },
      })
      const liveIds = new Set(live.map(({ id }) => id))
      for (const one of this.held) {
        const { token } = one.actor
        // What was opened since the look is looked at next time.
        if (token ? ids.has(token.id) && !liveIds.has(token.id) : isNeeded) {
          this.held.delete(one)
          one.end()
        }
      }
    } catch (error) {
      this.hall.log.warn({ error }, 'whether open sockets may stay open could not be looked up; it is tried again')
    }
  }
}
