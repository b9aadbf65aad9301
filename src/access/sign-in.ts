/**
 * Who is it? The one answer for HTTP, sockets and files. What was looked up is forgotten by every process as soon as a token is made
 * or revoked; whatever stays open is closed then, too.
 */
import { letsOthersIn } from '../config.js'
import { WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import type { Actor } from './actor.js'
import { LookUp, signInLimits } from './look-up.js'
import { isGood } from './tokens.js'

/** What a request shows of itself. */
export interface Credentials {
  readonly secret: string | undefined
  /** A browser sends its cookie unasked, and one of another server on the same machine too: a wrong one counts as none. */
  readonly by: 'bearer' | 'cookie'
  /**
   * Whether it comes from this machine, passed on by nobody, and calls this server by a name of the loopback: a page elsewhere can
   * make its own name lead here.
   */
  readonly isLocal: boolean
}

/** Something that stays open for as long as its actor may come in. */
interface Held {
  readonly actor: Actor
  readonly end: () => void
}

const unauthenticated = (message: string) => new WasteXError('UNAUTHENTICATED', message)

export class SignIn {
  private readonly known: LookUp
  private readonly held = new Set<Held>()
  private readonly stopListening: () => void
  private readonly timer: NodeJS.Timeout

  constructor(private readonly hall: Pick<Hall, 'config' | 'db' | 'events' | 'log'>) {
    this.known = new LookUp(hall)
    const changed = () => {
      this.known.forget()
      void this.recheck()
    }
    this.stopListening = hall.events.on('tokensChanged', changed, changed)
    this.timer = setInterval(() => void this.recheck(), signInLimits.recheckMs).unref()
  }

  close(): void {
    clearInterval(this.timer)
    this.stopListening()
  }

  /** @throws WasteXError UNAUTHENTICATED; OVERLOADED when it cannot be looked up */
  async actorOf({ secret, by, isLocal }: Credentials): Promise<Actor> {
    const found = secret === undefined ? undefined : await this.known.actorOf(secret)
    if (found) return found
    if (secret !== undefined && by === 'bearer') {
      throw unauthenticated(
        'This token is unknown, was revoked, or has expired. `npm run token -- list` shows those there are.',
      )
    }
    const anybody = await this.withoutToken()
    if (!anybody) {
      throw unauthenticated(
        'Sign in: send the header `Authorization: Bearer wastex_...`. `npm run token -- create NAME --role operator` makes a token.',
      )
    }
    if (!isLocal) {
      throw unauthenticated(
        'Without a token this server answers only whoever is on its machine, by http://localhost or http://127.0.0.1 and through no proxy. `npm run token -- create NAME --role admin` makes one.',
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

  /** @returns undefined where nobody comes in without a token */
  private async withoutToken(): Promise<Actor | undefined> {
    return letsOthersIn(this.hall.config) ? undefined : this.known.actorOf(undefined)
  }

  private async recheck(): Promise<void> {
    if (this.held.size === 0) return
    try {
      const isNeeded = !(await this.withoutToken())
      const ids = new Set([...this.held].flatMap(({ actor }) => actor.token?.id ?? []))
      const live = await this.hall.db.$queryRaw<{ id: string }[]>`
        SELECT id FROM "AccessToken" WHERE id = ANY(${[...ids]}::uuid[]) AND ${isGood}`
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
