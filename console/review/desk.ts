/**
 * A place to review at: photos that are claimed for it are shown at no other. A page that is loaded anew is a new desk (the browser
 * copies what it keeps for a tab when the tab is duplicated, and two pages would be one desk); the old one lets go as it leaves.
 */
import { type Client, stringifyDocument } from 'urql'
import {
  ClaimNextDocument,
  ClaimPhotosDocument,
  type ImageFilter,
  type ImageOrder,
  ReleaseDeskDocument,
  type ReviewPhotoFragment,
} from '../generated/graphql.js'
import { addressOf } from '../talk/address-of.js'
import { fetchWithin, headers } from '../talk/client.js'
import { randomId } from '../talk/random-id.js'
import { type Trouble, troubleOf } from '../talk/trouble.js'
import { mostAtOnce } from './send-decision.js'

export interface Handed {
  /** Undefined when the server did not answer so. */
  readonly photos?: readonly ReviewPhotoFragment[]
  readonly trouble?: Trouble
}

/** A question that hangs holds up all that come after it: nobody is told that a photo is theirs, then, and the server says so of each. */
const context = { fetch: fetchWithin(8_000) }

export class Desk {
  readonly id = randomId()
  readonly #client: Client
  /** One question at a time: a release that overtakes a claim would let go what was just claimed. */
  #line: Promise<unknown> = Promise.resolve()

  constructor(client: Client) {
    this.#client = client
  }

  claimNext(first: number, filter: ImageFilter, orderBy: ImageOrder): Promise<Handed> {
    return this.#inLine(async () => {
      const asked = { desk: this.id, first, filter, orderBy }
      const { data, error } = await this.#client.mutation(ClaimNextDocument, asked, context).toPromise()
      return { photos: data?.claimNext, trouble: troubleOf(error) }
    })
  }

  /** Claims these, or holds on to them for another while. @returns the ids of those that it has now; undefined: nobody knows */
  claim(ids: readonly string[]): Promise<ReadonlySet<string> | undefined> {
    return this.#inLine(async () => {
      const had = new Set<string>()
      for (let start = 0; start < ids.length; start += mostAtOnce) {
        const asked = { desk: this.id, ids: ids.slice(start, start + mostAtOnce) }
        const { data } = await this.#client.mutation(ClaimPhotosDocument, asked, context).toPromise()
        if (!data) return undefined
        for (const { id } of data.claim) had.add(id)
      }
      return had
    })
  }

  /** Everything that it has. */
  release(): Promise<unknown> {
    return this.#inLine(() => this.#client.mutation(ReleaseDeskDocument, { desk: this.id }, context).toPromise())
  }

  /** The same while the page goes away: the browser sends it after the page is gone. */
  leave(): void {
    const body = JSON.stringify({ query: stringifyDocument(ReleaseDeskDocument), variables: { desk: this.id } })
    const sent = fetch(addressOf('graphql'), {
      method: 'POST',
      keepalive: true,
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    })
    sent.catch(() => {
      // Nobody is here to be told; the lease runs out by itself.
    })
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#line.then(work)
    this.#line = done.catch(() => {
      // Told to whoever waits for `done`.
    })
    return done
  }
}
