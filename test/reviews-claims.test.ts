/** Two operators at one queue: nobody looks at what the other has in hand, and each sees what the other does. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  ClaimDocument,
  ClaimNextDocument,
  type ClaimNextMutationVariables,
  ImageChangedDocument,
  LabelDocument,
  LabelManyDocument,
  ReleaseDocument,
  ReviewQueueDocument,
} from '../documents/generated/graphql.js'
import { command } from '../src/access/doer.js'
import { createToken, revokeToken } from '../src/access/tokens.js'
import { erasePhoto } from '../src/keeping/erase.js'
import { claim, claimLimits, claimNext, endClaims, release } from '../src/reviews/claims.js'
import { keepForReview } from '../src/reviews/keep-for-review.js'
import { label } from '../src/reviews/label.js'
import { labelMany } from '../src/reviews/label-many.js'
import { sqlOf, whereOf } from '../src/reviews/photo-filter.js'
import { tellChanged } from '../src/reviews/tell-changed.js'
import { unlabel } from '../src/reviews/unlabel.js'
import { ask, type Document, send, watch } from './support/client.js'
import { by } from './support/doer.js'
import { drawnPhoto } from './support/drawn-photo.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addImage } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { bearer, tokenNamed } from './support/tokens.js'
import { startServerOf } from './support/training.js'
import { unknownPhoto } from './support/unknown-photo.js'

let hall: TestHall
let server: TestServer
let anna: Record<string, string>
let ben: Record<string, string>
beforeAll(async () => {
  hall = await openTestHall()
  server = await startServerOf(hall)
  anna = await tokenNamed(hall.db, 'Anna', 'OPERATOR')
  ben = await tokenNamed(hall.db, 'Ben', 'OPERATOR')
})
afterAll(async () => {
  await server.close()
  await hall.close()
})
/** Each test has a queue of its own. */
beforeEach(() => hall.db.image.updateMany({ data: { reviewed: true, claimedUntil: null } }))

type Who = Record<string, string>
const as = <Result, Variables>(headers: Who, document: Document<Result, Variables>, variables: Variables) =>
  ask(server.address, document, variables, { headers })
const attempt = <Result, Variables>(headers: Who, document: Document<Result, Variables>, variables: Variables) =>
  send(server.address, document, variables, { headers })
const next = async (headers: Who, variables: ClaimNextMutationVariables) =>
  (await as(headers, ClaimNextDocument, variables)).claimNext
const idsOf = (photos: readonly { id: string }[]) => photos.map(({ id }) => id)
const globalId = (id: string) => btoa(`Image:${id}`)
const rawId = (id: string) => atob(id).replace('Image:', '')
/** So many photos, the oldest first. */
async function queue(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < count; i++) ids.push(globalId((await addImage(hall.db)).id))
  return ids
}
const stateOf = (id: string) => hall.db.image.findUniqueOrThrow({ where: { id: rawId(id) } })
/** Instead of waiting for it. */
const runOut = (id: string) =>
  hall.db.image.update({ where: { id: rawId(id) }, data: { claimedUntil: new Date(Date.now() - 1) } })

describe('a token', () => {
  it('has so many photos in hand and no more, at all its desks; what it has it keeps, and others have the rest', async () => {
    const held = await Promise.all(Array.from({ length: claimLimits.ofToken - 1 }, () => addImage(hall.db)))
    const token = await hall.db.accessToken.findFirstOrThrow({ where: { name: 'Anna' } })
    const inHand = { claimedById: token.id, claimedDesk: 'first', claimedUntil: new Date(Date.now() + 100_000) }
    await hall.db.image.updateMany({ where: { id: { in: held.map(({ id }) => id) } }, data: inHand })
    const [one = '', two = ''] = await queue(3)
    const tooMany = { errors: [{ extensions: { code: 'OVERLOADED', retryAfterMs: claimLimits.leaseMs } }] }
    // Two at once would be one too many: none of them is claimed.
    expect(await attempt(anna, ClaimDocument, { desk: 'second', ids: [one, two] })).toMatchObject(tooMany)
    expect(await next(anna, { desk: 'second', first: 5 })).toHaveLength(1)
    expect(await attempt(anna, ClaimNextDocument, { desk: 'third', first: 5 })).toMatchObject(tooMany)
    expect(await next(anna, { desk: 'second', first: 5 })).toHaveLength(1)
    expect(await next(ben, { desk: 'second', first: 5 })).toHaveLength(2)
    await as(anna, ReleaseDocument, { desk: 'first', ids: [globalId(held[0]?.id ?? '')] })
    expect(await next(anna, { desk: 'third', first: 5 })).toHaveLength(1)
  })

  it('that is revoked has nothing in hand from then on, and whoever watches is told', async () => {
    const { secret } = await createToken(hall.db, command, { name: 'Cleo', role: 'OPERATOR' })
    const [id = ''] = await queue(1)
    expect(idsOf(await next(bearer(secret), { desk: 'd' }))).toEqual([id])
    expect(await next(ben, { desk: 'd' })).toEqual([])
    await revokeToken(hall.db, command, 'Cleo', (tx, tokenId) => endClaims(tx, { tokenId }))
    expect(idsOf(await next(ben, { desk: 'd' }))).toEqual([id])
  })
})

describe('an admin', () => {
  const releaseClaims = 'mutation ($ids: [ID!]!) { releaseClaims(ids: $ids) }'
  let admin: Record<string, string>
  beforeAll(async () => {
    admin = await tokenNamed(hall.db, 'root', 'ADMIN')
  })

  it('lets photos go that others have in hand; nobody else may', async () => {
    const ids = await queue(3)
    await next(anna, { desk: 'd', first: 2 })
    const refused = await send(server.address, releaseClaims, { ids }, { headers: ben })
    expect(refused).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
    expect(await ask(server.address, releaseClaims, { ids }, { headers: admin })).toEqual({ releaseClaims: 2 })
    expect(idsOf(await next(ben, { desk: 'd' }))).toEqual(ids)
  })

  it('labels what another one has in hand, and is given nothing of it unasked', async () => {
    const [id = ''] = await queue(1)
    await next(anna, { desk: 'd' })
    expect(await next(admin, { desk: 'd' })).toEqual([])
    expect(await attempt(ben, LabelDocument, { id, classLabel: 'glass' })).toMatchObject({
      errors: [{ extensions: { code: 'CONFLICT' } }],
    })
    expect(await as(admin, LabelDocument, { id, classLabel: 'glass' })).toMatchObject({ label: { reviewed: true } })
  })
})

describe('two operators', () => {
  it('who ask at once, at two desks each, are given every photo, and none twice', async () => {
    const seeds = Array.from({ length: 60 }, (_, i) => 5_000 + i)
    const kept = await Promise.all(
      seeds.map(async (seed) => keepForReview(hall, await unknownPhoto(await drawnPhoto(seed)))),
    )
    const given: string[] = []
    const work = async (headers: Who, desk: string) => {
      for (;;) {
        const ids = idsOf(await next(headers, { desk, first: 3 }))
        if (ids.length === 0) return
        given.push(...ids)
        await as(headers, LabelManyDocument, { ids, classLabel: 'glass' })
      }
    }
    await Promise.all([work(anna, 'window'), work(anna, 'door'), work(ben, 'window'), work(ben, 'door')])
    expect(given.toSorted()).toEqual(kept.map(globalId).toSorted())
  })

  it('are given what they have already, for longer, before what is free, in the order that they ask for', async () => {
    const [first, second, third, fourth] = await queue(4)
    expect(idsOf(await next(anna, { desk: 'a', first: 1, orderBy: 'NEWEST' }))).toEqual([fourth])
    expect(idsOf(await next(ben, { desk: 'b', first: 1 }))).toEqual([first])
    const before = await hall.db.image.update({
      where: { id: rawId(fourth ?? '') },
      data: { claimedUntil: new Date(Date.now() + 5_000) },
    })
    const photos = await next(anna, { desk: 'a' })
    expect(idsOf(photos)).toEqual([fourth, second, third])
    const { claim: renewed } = photos[0] ?? expect.fail()
    expect(renewed).toEqual({ by: 'Anna', desk: 'a', until: expect.any(String) })
    expect(Date.parse(renewed?.until ?? '')).toBeGreaterThan((before.claimedUntil?.getTime() ?? 0) + 60_000)
    expect(await next(anna, { desk: 'another-of-hers' })).toEqual([])
  })

  it('may take particular photos, as far as they are free', async () => {
    const [first, second, third = ''] = await queue(3)
    await next(ben, { desk: 'b', first: 1 })
    await as(ben, LabelDocument, { id: third, classLabel: 'glass' })
    const absent = globalId('0190b5a0-0000-7000-8000-000000000000')
    const ids = [third, second ?? '', first ?? '', absent]
    expect(idsOf((await as(anna, ClaimDocument, { desk: 'a', ids })).claim)).toEqual([second])
    expect(idsOf((await as(ben, ClaimDocument, { desk: 'b', ids })).claim)).toEqual([first])
  })

  it('are refused what the other one has in hand, in words that say who and until when', async () => {
    const [one = '', free = ''] = await queue(2)
    const [photo] = await next(anna, { desk: 'a', first: 1 })
    const until = photo?.claim?.until.slice(11, 19)
    for (const field of [
      `label(id: "${one}", classLabel: "new") { id }`,
      `labelMany(ids: ["${free}", "${one}"], classLabel: "new") { id }`,
      `reject(id: "${one}") { id }`,
      `markReviewed(id: "${one}") { id }`,
      `unlabel(id: "${one}") { id }`,
    ])
      expect(await attempt(ben, `mutation { ${field} }`, {})).toMatchObject({
        status: 409,
        errors: [{ message: `Anna has it in hand until ${until} UTC.`, extensions: { code: 'CONFLICT' } }],
      })
    for (const id of [one, free]) expect(await stateOf(id)).toMatchObject({ reviewed: false })
    expect(await hall.db.datasetClass.count({ where: { key: 'new' } })).toBe(0)
    // A label says not from which desk it comes.
    await as(anna, LabelDocument, { id: one, classLabel: 'glass' })
    // And the photo has left the queue, and her hand.
    expect(await stateOf(one)).toMatchObject({ claimedUntil: null })
    expect((await as(ben, LabelDocument, { id: one, classLabel: 'paper' })).label.assignedLabel).toBe('paper')
  })

  it('have what the other one let go of, or did not ask for again in time', async () => {
    const [one = '', two = '', three = ''] = await queue(3)
    await next(anna, { desk: 'a' })
    expect((await as(anna, ReleaseDocument, { desk: 'a', ids: [one] })).release).toBe(1)
    await runOut(two)
    const [, lapsed] = (await as(anna, ReviewQueueDocument, { first: 3 })).images.edges
    expect(await attempt(anna, `{ image(id: "${lapsed?.node.id}") { claim { by } } }`, {})).toMatchObject({
      data: { image: { claim: null } },
    })
    expect(idsOf(await next(ben, { desk: 'b' }))).toEqual([one, two])
    // Hers it is no more.
    expect((await as(anna, ReleaseDocument, { desk: 'a' })).release).toBe(1)
    expect(idsOf(await next(ben, { desk: 'b' }))).toEqual([one, two, three])
  })

  it('label what nobody asked for again in time', async () => {
    const [one = ''] = await queue(1)
    await next(anna, { desk: 'a' })
    await runOut(one)
    expect((await as(ben, LabelDocument, { id: one, classLabel: 'glass' })).label.assignedLabel).toBe('glass')
  })

  it('keep what they have when they ask again while somebody else looks at it', async () => {
    const [one = ''] = await queue(1)
    await next(anna, { desk: 'a', first: 1 })
    let letGo = () => {}
    const held = new Promise<void>((resolve) => (letGo = resolve))
    let isLocked = () => {}
    const locked = new Promise<void>((resolve) => (isLocked = resolve))
    const look = hall.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Image" WHERE id = ${rawId(one)}::uuid FOR UPDATE`
      isLocked()
      await held
    })
    await locked
    const again = [0, 1, 2].map(() => as(anna, ClaimDocument, { desk: 'a', ids: [one] }))
    letGo()
    await look
    for (const { claim: photos } of await Promise.all(again)) expect(idsOf(photos)).toEqual([one])
  })

  it('are told of claims only if they want to be', async () => {
    const [one = '', marker = ''] = await queue(2)
    const document = 'subscription { imageChanged(claims: false) { id assignedLabel } }'
    type News = { imageChanged: { id: string; assignedLabel: string | null } }
    const news = watch<News, Record<string, never>>(server.address, document, {}, { headers: ben })
    let heard = false
    const begin = news.next().finally(() => (heard = true))
    while (!heard) await Promise.race([begin, tellChanged(hall.db, [rawId(marker)])])
    await next(anna, { desk: 'a', first: 1 })
    await as(anna, ReleaseDocument, { desk: 'a' })
    await as(anna, LabelDocument, { id: one, classLabel: 'glass' })
    for (;;) {
      const { value } = await news.next()
      if (value?.imageChanged.id === marker) continue
      expect(value?.imageChanged).toEqual({ id: one, assignedLabel: 'glass' })
      break
    }
    await news.return(undefined)
  })

  it('see each other’s work', async () => {
    const [one = '', two = '', marker = ''] = await queue(3)
    const news = watch(server.address, ImageChangedDocument, {}, { headers: ben })
    // What is told before he listens is not for him: it is told until he has heard.
    let heard = false
    const begin = news.next().finally(() => (heard = true))
    while (!heard) await Promise.race([begin, tellChanged(hall.db, [rawId(marker)])])
    const hears = async () => {
      for (;;) {
        const { value } = await news.next()
        const changed = value?.imageChanged ?? expect.fail('it is over')
        if (changed.id !== marker) return changed
      }
    }
    await next(anna, { desk: 'a', first: 2 })
    const claimed = { claim: { by: 'Anna', desk: 'a' } }
    expect([await hears(), await hears()]).toMatchObject([
      { id: one, ...claimed },
      { id: two, ...claimed },
    ])
    await as(anna, ReleaseDocument, { desk: 'a', ids: [two] })
    expect(await hears()).toMatchObject({ id: two, claim: null, reviewed: false })
    await as(anna, LabelDocument, { id: one, classLabel: 'glass' })
    expect(await hears()).toMatchObject({ id: one, claim: null, assignedLabel: 'glass' })
    // It is so already: no news.
    await as(anna, LabelDocument, { id: one, classLabel: 'glass' })
    await as(anna, 'mutation ($id: ID!) { unlabel(id: $id) { id } }', { id: one })
    expect(await hears()).toMatchObject({ id: one, assignedLabel: null, reviewed: false })
    const { photoId } = await stateOf(two)
    await erasePhoto(hall, by, photoId)
    expect(await hears()).toMatchObject({ id: two, filename: 'erased', reviewed: true })
    await news.return(undefined)
  })

  it('hear of each of many photos that are labelled at once', async () => {
    const ids = (await queue(30)).map(rawId)
    const news = hall.events.subscribe('imageChanged')
    await labelMany(hall, by, ids, 'glass')
    const told: string[] = []
    while (told.length < ids.length) told.push((await news.next()).value?.id ?? expect.fail('it is over'))
    expect(told.toSorted()).toEqual(ids.toSorted())
    await news.return?.()
  })
})

describe('a desk', () => {
  it('is given the photos that a list with the same filter has', async () => {
    const rows = [
      { oodReasons: ['ENERGY' as const], topPrediction: 'paper' },
      { oodReasons: ['NOVELTY' as const, 'CONFIDENCE' as const] },
      { oodReasons: [], disputed: true, suggestedLabel: 'x' },
      { oodReasons: [], sampled: true, topPrediction: 'paper' },
    ]
    for (const row of rows) await addImage(hall.db, row)
    const filters = [
      {},
      { topPrediction: 'paper' },
      { oodReason: 'NOVELTY' },
      ...['ENERGY', 'CONFIDENCE', 'NOVELTY', 'DISPUTED', 'SAMPLED'].map((reviewReason) => ({ reviewReason })),
      { reviewReason: 'NOVELTY', oodReason: 'CONFIDENCE' },
      { reviewReason: 'SAMPLED', topPrediction: 'glass' },
      { reviewed: true },
      { staged: false, rejected: false, addedToDataset: false },
      { assignedLabel: 'glass' },
    ] as ClaimNextMutationVariables['filter'][]
    for (const filter of filters) {
      const { images } = await as(anna, ReviewQueueDocument, { first: 50, filter: { reviewed: false, ...filter } })
      const listed = filter?.reviewed ? [] : images.edges.map(({ node }) => node.id)
      expect([filter, idsOf(await next(anna, { desk: 'a', filter }))]).toEqual([filter, listed])
      await as(anna, ReleaseDocument, { desk: 'a' })
    }
    expect(sqlOf({}).sql).toBe('true')
    expect(whereOf({ reviewed: null })).toEqual({ AND: [] })
  })

  it('is given photos for every order that a list has', async () => {
    for (const [energy, confidence, novelty] of [
      [-1, 0.9, null],
      [-3, 0.1, 2],
      [-2, 0.5, 3],
    ] as const)
      await addImage(hall.db, { energy, confidence, novelty })
    for (const orderBy of ['OLDEST', 'NEWEST', 'HIGHEST_ENERGY', 'LOWEST_CONFIDENCE', 'HIGHEST_NOVELTY'] as const) {
      const { images } = await as(anna, ReviewQueueDocument, { first: 50, orderBy })
      expect(idsOf(await next(anna, { desk: 'a', orderBy }))).toEqual(images.edges.map(({ node }) => node.id))
      await as(anna, ReleaseDocument, { desk: 'a' })
    }
  })

  it('is given fifty photos at a time, and ten where it does not say', async () => {
    await queue(claimLimits.next + 1)
    expect(await next(anna, { desk: 'a' })).toHaveLength(10)
    expect(await next(anna, { desk: 'b', first: 0 })).toEqual([])
    expect(await next(anna, { desk: 'a', first: 1_000 })).toHaveLength(claimLimits.next)
  })

  it('takes and lets go of so many photos at most', async () => {
    const [id = ''] = await queue(1)
    const ids = Array.from({ length: 501 }, () => id)
    for (const field of ['claim(desk: "a", ids: $ids) { id }', 'release(desk: "a", ids: $ids)'])
      expect(await attempt(anna, `mutation ($ids: [ID!]!) { ${field} }`, { ids })).toMatchObject({
        errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'ids' } }],
      })
    expect(await attempt(anna, ClaimNextDocument, { desk: 'a', first: -1 })).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'first' } }],
    })
  })

  it('has a name that is not too long, of visible characters', async () => {
    for (const desk of ['', 'a b', 'ä', 'x'.repeat(65)])
      for (const field of [
        'claimNext(desk: $desk) { id }',
        'claim(desk: $desk, ids: []) { id }',
        'release(desk: $desk)',
      ])
        expect(await attempt(anna, `mutation ($desk: String!) { ${field} }`, { desk })).toMatchObject({
          errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'desk' } }],
        })
    expect(await next(anna, { desk: 'x'.repeat(64) })).toEqual([])
  })

  it('that sends its request again is given the same photos, and nothing twice', async () => {
    const [one = ''] = await queue(2)
    const headers = { ...anna, 'idempotency-key': 'claim' }
    expect(idsOf(await next(headers, { desk: 'a', first: 1 }))).toEqual([one])
    await as(anna, ReleaseDocument, { desk: 'a' })
    expect(await next(headers, { desk: 'a', first: 1 })).toMatchObject([{ id: one, claim: null }])
  })
})

describe('where nobody signs in', () => {
  const order = [{ name: 'createdAt', direction: 'asc', nullable: false }] as const
  it('desks are given different photos, and whoever has none in hand may label them all', async () => {
    const [one = '', two = ''] = (await queue(2)).map(rawId)
    const wanted = { first: 1, filter: {}, order }
    expect(await claimNext(hall, by, 'a', wanted)).toEqual([one])
    expect(await claimNext(hall, by, 'b', wanted)).toEqual([two])
    expect(await claim(hall, by, 'b', [one, two])).toEqual([two])
    await label(hall, by, one, 'glass')
    await unlabel(hall, by, two)
    // It did not leave the queue.
    expect(await release(hall, by, 'b')).toBe(1)
    expect(await release(hall, by, 'a')).toBe(0)
  })
})
