/**
 * Whose secret is this, and who is it without one? Asked of the database, and remembered for seconds whatever the answer was. There
 * is no count of guesses: a secret has 256 bits, and nobody is shut out for what others try. That many tries do not keep the
 * database from its work is seen to here: the same one is looked up once, and only a few at a time.
 */
import { messageOf, WasteXError } from '../errors.js'
import type { Role } from '../db.js'
import type { Hall } from '../hall.js'
import { type Actor, anybody } from './actor.js'
import { hashOf, isSecret } from './secret.js'
import { isGood } from './tokens.js'

export const signInLimits = Object.freeze({
  /** For which an answer of the database is remembered. */
  rememberMs: 5_000,
  /** Answers that are remembered; beyond, the oldest are forgotten. */
  remembered: 10_000,
  /** Secrets that are looked up at once. */
  lookUps: 4,
  /** Others that wait for that. */
  waiting: 1_000,
  /** After which whoever was sent away may ask again; a failure of the database is remembered for so long. */
  retryMs: 1_000,
  /** Between looks at what is open, in case the message of a revocation was lost. */
  recheckMs: 30_000,
  /** The time of a token's last use is written down no more often than this. */
  lastUsedMs: 60_000,
})

interface Answer {
  readonly actor: Promise<Actor | undefined>
  /** By `performance.now()`: nobody sets that clock back. */
  until: number
}

/** Instead of a hash: who is somebody that shows no secret? */
const noSecret = ''

export class LookUp {
  private answers = new Map<string, Answer>()
  private underWay = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly hall: Pick<Hall, 'db' | 'log'>) {}

  /** A look-up that is under way answers who has asked for it, and is not remembered. */
  forget(): void {
    this.answers = new Map()
  }

  /**
   * @param secret undefined: somebody without one, who is `anybody` until there was a token
   * @returns undefined for nobody
   * @throws WasteXError OVERLOADED: the database does not answer, or too many wait for it
   */
  async actorOf(secret: string | undefined): Promise<Actor | undefined> {
    if (secret !== undefined && !isSecret(secret)) return undefined
    const key = secret === undefined ? noSecret : hashOf(secret)
    const { answers } = this
    const known = answers.get(key)
    if (known && known.until > performance.now()) return known.actor
    if (this.waiting.length >= signInLimits.waiting) throw overloaded('Too many sign in at once.')
    const answer = { actor: this.inTurn(key), until: performance.now() + signInLimits.rememberMs }
    answer.actor.catch(() => (answer.until = performance.now() + signInLimits.retryMs))
    answers.delete(key) // so that it stands last
    answers.set(key, answer)
    const [oldest] = answers.keys()
    if (answers.size > signInLimits.remembered && oldest !== undefined) answers.delete(oldest)
    return answer.actor
  }

  private async inTurn(key: string): Promise<Actor | undefined> {
    if (this.underWay < signInLimits.lookUps) this.underWay++
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      return await (key === noSecret ? this.anybodyUntilThereIsAToken() : this.tokenOf(key))
    } catch (error) {
      this.hall.log.error({ error }, 'who asks could not be looked up')
      throw overloaded('The token could not be checked because the database is not answering.', error)
    } finally {
      const next = this.waiting.shift()
      if (next)
        next() // in its place
      else this.underWay--
    }
  }

  /** Tokens are never deleted: once there was one, this is nobody for ever. */
  private async anybodyUntilThereIsAToken(): Promise<Actor | undefined> {
    const any = await this.hall.db.accessToken.findFirst({ select: { id: true } })
    return any ? undefined : anybody
  }

  private async tokenOf(secretHash: string): Promise<Actor | undefined> {
    const { db, log } = this.hall
    const [token] = await db.$queryRaw<{ id: string; name: string; role: Role }[]>`
      SELECT id, name, role FROM "AccessToken" WHERE "secretHash" = ${secretHash} AND ${isGood}`
    if (!token) return undefined
    // Whether it is time for that, the database says: it is its clock.
    await db.$executeRaw`
      UPDATE "AccessToken" SET "lastUsedAt" = now() WHERE id = ${token.id}::uuid
        AND ("lastUsedAt" IS NULL OR "lastUsedAt" < now() - ${signInLimits.lastUsedMs}::int * interval '1 millisecond')`.catch(
      (error: unknown) => log.warn(`when a token was used is not written down: ${messageOf(error)}`),
    )
    return { role: token.role, token: { id: token.id, name: token.name } }
  }
}

const overloaded = (what: string, cause?: unknown) =>
  new WasteXError('OVERLOADED', `${what} Try again in a moment.`, { retryAfterMs: signInLimits.retryMs }, { cause })
