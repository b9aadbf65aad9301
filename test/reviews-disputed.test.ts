/** Photos that the network is sure of, and that an operator sees all the same: somebody disputes the answer, or chance chose them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClassifyDocument, SendToReviewDocument } from '../documents/generated/graphql.js'
import { publish } from '../src/events.js'
import { erasePhoto } from '../src/keeping/erase.js'
import { label } from '../src/reviews/label.js'
import { isSampled } from '../src/reviews/triage.js'
import { type Answer, ask, dataOf, file, upload } from './support/client.js'
import { by } from './support/doer.js'
import { withComment } from './support/drawn-photo.js'
import { openTrainedHall } from './support/trained-hall.js'
import type { TestHall } from './support/hall.js'
import { startTestServer, type TestServer } from './support/server.js'
import { tokenOfEach } from './support/tokens.js'
import { settingsOf, startServerOf } from './support/training.js'

const minutes = 60_000
let hall: TestHall
let server: TestServer
/** Of the same database: here every photo is chosen. */
let sampling: TestServer
let photos: { known: Buffer; unknown: Buffer }
beforeAll(async () => {
  ;({ hall, photos } = await openTrainedHall())
  server = await startServerOf(hall)
  sampling = await startTestServer({ ...settingsOf(hall), WASTEX_REVIEW_SHARE: '1' })
}, 4 * minutes)
afterAll(async () => {
  await sampling.close()
  await server.close()
  await hall.close()
})

let comments = 0
/** That the network knows, in bytes that nobody has sent. */
const knownPhoto = () => withComment(photos.known, `known ${comments++}`)
const unknownPhoto = () => withComment(photos.unknown, `unknown ${comments++}`)
const classify = async (bytes: Buffer, { address } = server) =>
  dataOf(await upload(address, ClassifyDocument, { image: file(bytes, 'photo.jpg') })).classify
const attempt = (bytes: Buffer, more: { classLabel?: string; idempotencyKey?: string } = {}, { address } = server) =>
  upload(address, SendToReviewDocument, { image: file(bytes, 'photo.jpg'), ...more })
const sendToReview = async (...args: Parameters<typeof attempt>) => dataOf(await attempt(...args)).sendToReview
const rawId = (id: string) => atob(id).replace('Image:', '')
const rowOf = ({ image }: { image: { id: string } | null }) =>
  hall.db.image.findUniqueOrThrow({ where: { id: rawId(image?.id ?? '') }, include: { photo: true } })
const reasonsOf = async ({ image }: { image: { id: string } | null }) =>
  (
    await ask<{ image: { reviewReasons: string[] } }, object>(
      server.address,
      'query ($id: ID!) { image(id: $id) { reviewReasons } }',
      { id: image?.id },
    )
  ).image.reviewReasons
const counted = () => hall.db.trashCounter.aggregate({ _sum: { totalCount: true, oodCount: true } })
const codeOf = ({ errors }: Answer<unknown>) => errors?.[0]?.extensions.code

describe('an answer that somebody disputes', () => {
  it('brings a photo that was counted and forgotten to review, with what it shows instead, and counts nothing', async () => {
    const bytes = knownPhoto()
    const answer = await classify(bytes)
    expect(answer).toMatchObject({ ood: false, image: null })
    const [queued, before] = [hall.events.subscribe('imageQueued'), await counted()]
    const disputed = await sendToReview(bytes, { classLabel: '  Tetra Pak ' })
    expect(disputed).toMatchObject({ classLabel: answer.classLabel, ood: false, oodReasons: [] })
    expect(await rowOf(disputed)).toMatchObject({ suggestedLabel: 'Tetra Pak', oodReasons: [], reviewed: false })
    expect(await reasonsOf(disputed)).toEqual(['DISPUTED'])
    expect((await queued.next()).value).toEqual({ id: rawId(disputed.image?.id ?? '') })
    await queued.return?.()
    expect(await counted()).toEqual(before)
    expect(await hall.db.datasetClass.count({ where: { key: 'tetra pak' } })).toBe(0)
    // It is still one that the network knows.
    expect(await classify(bytes)).toMatchObject({ ood: false, image: null })
  })

  it('is disputed again: the same photo, and the last suggestion', async () => {
    const bytes = knownPhoto()
    const first = await sendToReview(bytes)
    expect(await rowOf(first)).toMatchObject({ disputed: true, suggestedLabel: null })
    const changed = hall.events.subscribe('imageChanged')
    for (const [classLabel, suggestedLabel] of [
      ['lid', 'lid'],
      ['cap', 'cap'],
      [undefined, 'cap'],
    ] as const) {
      const again = await sendToReview(bytes, classLabel === undefined ? {} : { classLabel })
      expect(again).toEqual(first)
      expect(await rowOf(again)).toMatchObject({ suggestedLabel })
    }
    // Told where something has changed: twice.
    await publish(hall.db, 'imageChanged', { id: 'end', what: 'photo' })
    const told = []
    for await (const { id } of changed) {
      if (id === 'end') break
      told.push(id)
    }
    const id = rawId(first.image?.id ?? '')
    expect(told).toEqual([id, id])
  })

  it('of a photo that the network does not know has reasons of both kinds', async () => {
    const bytes = unknownPhoto()
    const first = await classify(bytes)
    const before = await counted()
    const disputed = await sendToReview(bytes, { classLabel: 'rope' })
    expect(disputed.image?.id).toBe(first.image?.id)
    expect(await reasonsOf(disputed)).toEqual([...first.oodReasons, 'DISPUTED'])
    expect(await rowOf(disputed)).toMatchObject({ suggestedLabel: 'rope' })
    const atOnce = await sendToReview(unknownPhoto())
    expect(await reasonsOf(atOnce)).toEqual([...atOnce.oodReasons, 'DISPUTED'])
    expect(await counted()).toEqual(before)
  })

  it('changes nothing of a photo that an operator is done with', async () => {
    const bytes = unknownPhoto()
    const { image } = await classify(bytes)
    await label(hall, by, rawId(image?.id ?? ''), 'rope')
    const before = await rowOf({ image })
    expect((await sendToReview(bytes, { classLabel: 'cord' })).image).toMatchObject({ id: image?.id, reviewed: true })
    expect(await rowOf({ image })).toEqual(before)
  })

  it('keeps nothing of a photo that was erased, and no word on it', async () => {
    const bytes = knownPhoto()
    const disputed = await sendToReview(bytes, { classLabel: 'Anna’s mug' })
    await erasePhoto(hall, by, (await rowOf(disputed)).photoId)
    const gone = { filename: 'erased', suggestedLabel: null, reviewed: true }
    expect(await rowOf(disputed)).toMatchObject(gone)
    expect(await sendToReview(bytes, { classLabel: 'Anna’s mug' })).toMatchObject({ image: { id: disputed.image?.id } })
    expect(await rowOf(disputed)).toMatchObject(gone)
  })

  it('is refused where the suggestion is no name, and then nothing is kept', async () => {
    const before = await hall.db.image.count()
    for (const classLabel of ['', 'a\nb', 'x'.repeat(65)])
      expect(codeOf(await attempt(knownPhoto(), { classLabel }))).toBe('BAD_USER_INPUT')
    expect(codeOf(await attempt(Buffer.from('no photo')))).toBe('UNSUPPORTED_IMAGE')
    expect(await hall.db.image.count()).toBe(before)
  })

  it('and that is sent again under its key is answered as the first time, by every server', async () => {
    const bytes = knownPhoto()
    const asked = { classLabel: 'lid', idempotencyKey: 'dispute' }
    const answers = await Promise.all([server, sampling, server].map((one) => sendToReview(bytes, asked, one)))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    const other = await sendToReview(bytes, { classLabel: 'cap' })
    expect(await sendToReview(bytes, asked, sampling)).toEqual(other)
    // The suggestion that came after it stays.
    expect(await rowOf(other)).toMatchObject({ suggestedLabel: 'cap' })
    expect(codeOf(await attempt(knownPhoto(), asked))).toBe('CONFLICT')
  })
})

describe('of the photos that the network knows', () => {
  it('none goes to review by itself', async () => {
    expect(await classify(knownPhoto())).toMatchObject({ ood: false, image: null })
  })

  it('each does where the share is 1, once for its content, and is counted as known', async () => {
    const bytes = knownPhoto()
    const before = await counted()
    const answer = await classify(bytes, sampling)
    expect(answer).toMatchObject({ ood: false, oodReasons: [], image: { reviewed: false } })
    expect(await reasonsOf(answer)).toEqual(['SAMPLED'])
    expect(await classify(bytes, sampling)).toEqual(answer)
    const after = await counted()
    expect([after._sum.totalCount, after._sum.oodCount]).toEqual([
      (before._sum.totalCount ?? 0) + 2,
      before._sum.oodCount,
    ])
    const unknown = await classify(unknownPhoto(), sampling)
    expect(await reasonsOf(unknown)).toEqual(unknown.oodReasons)
  })

  it('a share goes by the photo itself: about so many, and the same ones every time', () => {
    const bytes = Array.from({ length: 2_000 }, (_, i) => Buffer.from(`photo ${i}`))
    const chosen = (share: number) => bytes.filter((one) => isSampled(one, share))
    expect(chosen(0)).toEqual([])
    expect(chosen(1)).toEqual(bytes)
    // Of 2,000 with a share of 0.1: 200, give or take four standard deviations of 13.4.
    expect(Math.abs(chosen(0.1).length - 200)).toBeLessThan(54)
    expect(chosen(0.1)).toEqual(chosen(0.2).filter((one) => chosen(0.1).includes(one)))
  })
})

describe('what somebody said of a photo', () => {
  it('is told to operators, and to no device that sends the same photo', async () => {
    const bytes = unknownPhoto()
    await sendToReview(bytes, { classLabel: 'my neighbour’s lunch' })
    const { DEVICE, OPERATOR } = await tokenOfEach(hall.db)
    const classifyAs = (headers: Record<string, string>, field: string) =>
      upload<{ classify: { image: object } }, object>(
        server.address,
        `mutation ($image: Upload!) { classify(image: $image) { image { ${field} } } }`,
        { image: file(bytes, 'photo.jpg') },
        { headers },
      )
    expect(dataOf(await classifyAs(DEVICE, 'reviewed')).classify.image).toEqual({ reviewed: false })
    for (const field of ['suggestedLabel', 'reviewReasons'])
      expect(codeOf(await classifyAs(DEVICE, field))).toBe('FORBIDDEN')
    const told = dataOf(await classifyAs(OPERATOR, 'suggestedLabel reviewReasons')).classify.image
    expect(told).toMatchObject({
      suggestedLabel: 'my neighbour’s lunch',
      reviewReasons: expect.arrayContaining(['DISPUTED']),
    })
  })
})
