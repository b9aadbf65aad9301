import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  CreateVersionDocument,
  DiffDocument,
  type ImageOrder,
  LabelDocument,
  ReviewQueueDocument,
  VersionDocument,
  type VersionEntryFilter,
} from '../documents/generated/graphql.js'
import { ask, send } from './support/client.js'
import { addImage, addVersion } from './support/rows.js'
import { startTestServer, type TestServer } from './support/server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const queue = async (variables: { first: number; after?: string | null; orderBy?: ImageOrder }) => {
  const { images } = await ask(server.address, ReviewQueueDocument, variables)
  return { ...images, nodes: images.edges.map(({ node }) => node) }
}

async function everyPage(orderBy: ImageOrder, between: () => Promise<void> = async () => {}): Promise<string[]> {
  const names: string[] = []
  for (let after: string | null | undefined = null; ;) {
    const page = await queue({ first: 2, after, orderBy })
    names.push(...page.nodes.map(({ filename }) => filename))
    if (!page.pageInfo.hasNextPage) return names
    after = page.pageInfo.endCursor
    await between()
  }
}

describe('the review queue', () => {
  beforeEach(async () => {
    await server.db.image.deleteMany()
    await server.db.photo.deleteMany()
    const at = (minute: number) => new Date(Date.UTC(2025, 0, 1, 12, minute))
    // Two of each value: ties must not lose a row or give it twice.
    const rows = [
      { filename: 'a', confidence: 0.9, energy: -9, novelty: 1, createdAt: at(0) },
      { filename: 'b', confidence: 0.9, energy: -9, novelty: 1, createdAt: at(0) },
      { filename: 'c', confidence: 1 / 3, energy: -1 / 3, novelty: null, createdAt: at(1) },
      { filename: 'd', confidence: 1 / 3, energy: -1 / 3, novelty: null, createdAt: at(1) },
      { filename: 'e', confidence: 0.1, energy: 0, novelty: 7, createdAt: at(2) },
      { filename: 'f', confidence: 0.1, energy: 0, novelty: 7, createdAt: at(2) },
      { filename: 'g', confidence: 0.2, energy: -5, novelty: 3, createdAt: at(3) },
    ]
    for (const row of rows) await addImage(server.db, row)
  })

  it.each<[ImageOrder, string]>([
    ['OLDEST', 'abcdefg'],
    ['NEWEST', 'gfedcba'],
    ['HIGHEST_ENERGY', 'efcdgab'],
    ['LOWEST_CONFIDENCE', 'efgcdab'],
    ['HIGHEST_NOVELTY', 'efgabcd'],
  ])('comes %s first, page by page', async (order, expected) => {
    expect((await everyPage(order)).join('')).toBe(expected)
  })

  it('is left out by nobody while its rows leave between two pages', async () => {
    const seen = await everyPage('OLDEST', async () => {
      // Everything that has been shown is reviewed, the row of the cursor included.
      const shown = (await queue({ first: 2 })).nodes
      for (const { id } of shown) await ask(server.address, LabelDocument, { id, classLabel: 'glass' })
    })
    expect(seen.join('')).toBe('abcdefg')
  })

  it('can be read from its end', async () => {
    const document = `query ($last: Int!, $before: String) {
      images(last: $last, before: $before) { edges { node { filename } } pageInfo { hasPreviousPage startCursor } } }`
    const read = async (before?: string) => {
      const data = await ask<
        {
          images: {
            edges: { node: { filename: string } }[]
            pageInfo: { hasPreviousPage: boolean; startCursor: string }
          }
        },
        object
      >(server.address, document, { last: 3, before })
      return { ...data.images.pageInfo, names: data.images.edges.map(({ node }) => node.filename).join('') }
    }
    const end = await read()
    expect(end).toMatchObject({ names: 'efg', hasPreviousPage: true })
    const middle = await read(end.startCursor)
    expect(middle).toMatchObject({ names: 'bcd', hasPreviousPage: true })
    expect(await read(middle.startCursor)).toMatchObject({ names: 'a', hasPreviousPage: false })
  })

  it('gives a page of none, and of a hundred at most', async () => {
    expect(await queue({ first: 0 })).toMatchObject({ nodes: [], totalCount: 7, pageInfo: { endCursor: null } })
    await Promise.all(Array.from({ length: 100 }, (_, i) => addImage(server.db, { filename: `more-${i}` })))
    expect((await queue({ first: 1_000 })).nodes).toHaveLength(100)
  })

  it('refuses a cursor that is none, or is of another order', async () => {
    const { pageInfo } = await queue({ first: 1, orderBy: 'NEWEST' })
    const forged = [
      ['OLDEST', 'x', 'y'],
      ['OLDEST', '2026-11-24T00:00:00.000Z', '-'.repeat(36)],
      ['OLDEST', '+275760-09-13T00:00:00.000Z', randomUUID()],
      ['OLDEST', '2026-02-31T00:00:00.000Z', randomUUID()],
      ['OLDEST', '0000-01-01T00:00:00.000Z', randomUUID()],
    ].map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'))
    for (const after of ['', 'x', pageInfo.endCursor ?? '', ...forged]) {
      const answer = await send(server.address, ReviewQueueDocument, { first: 1, after, orderBy: 'OLDEST' })
      expect(answer).toMatchObject({
        status: 400,
        errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'after' } }],
      })
    }
  })
})

describe('rows of versions', () => {
  it('come by page, filtered, with the count of the whole', async () => {
    await addVersion(server.db, 'pages', { glass: 10, paper: 3 })
    const filter = { classLabel: 'glass', split: 'TRAIN' } as const
    const read = (after?: string) =>
      ask(server.address, VersionDocument, { name: 'pages', first: 4, filter, ...(after && { after }) })
    const one = (await read()).datasetVersion?.entries
    expect(one).toMatchObject({ totalCount: 6, pageInfo: { hasNextPage: true } })
    const two = (await read(one?.pageInfo.endCursor ?? undefined)).datasetVersion?.entries
    expect(two?.pageInfo.hasNextPage).toBe(false)
    const names = [...(one?.edges ?? []), ...(two?.edges ?? [])].map(({ node }) => node.filename)
    expect(names).toEqual([0, 1, 2, 5, 6, 7].map((i) => `glass-${i}.jpg`))
  })

  it('come by whether the parent has their photo, together with any other condition', async () => {
    await addVersion(server.db, 'parent', { bottle: 5, tin: 3 })
    const staged = { reviewed: true, staged: true }
    for (const assignedLabel of ['bottle', 'bottle', 'tin'])
      await addImage(server.db, { ...staged, assignedLabel, filename: `new-${assignedLabel}-${randomUUID()}` })
    // The parent has it, as a bottle.
    const { photoId, photo } = await server.db.versionEntry.findFirstOrThrow({
      where: { version: { name: 'parent' }, classLabel: 'bottle' },
      include: { photo: true },
    })
    const anew = await addImage(server.db, { ...staged, assignedLabel: 'tin' })
    await server.db.image.update({ where: { id: anew.id }, data: { photoId, filename: photo.filename } })
    await ask(server.address, CreateVersionDocument, { input: { name: 'child', parent: 'parent', activate: false } })
    const read = async (name: string, filter: VersionEntryFilter) => {
      const names: string[] = []
      for (let after: string | null | undefined; ;) {
        const answer = await ask(server.address, VersionDocument, { name, first: 2, filter, ...(after && { after }) })
        const { totalCount, pageInfo, edges } = answer.datasetVersion?.entries ?? expect.fail('no version')
        names.push(...edges.map(({ node }) => node.filename))
        after = pageInfo.endCursor
        if (pageInfo.hasNextPage) continue
        expect(names).toHaveLength(totalCount)
        return names
      }
    }
    const all = await read('child', {})
    expect(all).toHaveLength(11)
    const isNew = (filename: string) => filename.startsWith('new-')
    expect(await read('child', { addedHere: true })).toEqual(all.filter(isNew))
    expect(await read('child', { addedHere: false })).toEqual(all.filter((filename) => !isNew(filename)))
    expect(await read('child', { addedHere: true, classLabel: 'tin' })).toEqual([expect.stringMatching(/^new-tin/)])
    expect(await read('child', { addedHere: true, reviewed: false })).toEqual([])
    expect(await read('child', { addedHere: false, reviewed: true })).toEqual([photo.filename])
    const bySplit = await Promise.all(
      (['TRAIN', 'VAL', 'TEST'] as const).map((split) => read('child', { addedHere: true, split })),
    )
    expect(bySplit.flat().toSorted()).toEqual(all.filter(isNew).toSorted())
    expect(await read('parent', { addedHere: true })).toHaveLength(8)
    expect(await read('parent', { addedHere: false })).toEqual([])
  })

  it('that differ come by page too', async () => {
    await addVersion(server.db, 'small', { glass: 2, metal: 1 })
    await addVersion(server.db, 'large', { glass: 7 })
    const diff = async (after?: string) =>
      (await ask(server.address, DiffDocument, { from: 'small', to: 'large', first: 3, ...(after && { after }) }))
        .versionDiff
    const one = await diff()
    expect(one).toMatchObject({ addedCount: 5, removedCount: 1, relabelledCount: 0, added: { totalCount: 5 } })
    expect(one.removed.edges.map(({ node }) => node.filename)).toEqual(['metal-0.jpg'])
    const two = await diff(one.added.pageInfo.endCursor ?? undefined)
    const names = [...one.added.edges, ...two.added.edges].map(({ node }) => node.filename)
    expect(names).toEqual([2, 3, 4, 5, 6].map((i) => `glass-${i}.jpg`))
    expect(two.added.pageInfo.hasNextPage).toBe(false)
  })
})

describe('node', () => {
  it('gives any object by its global id, and null for one that is not there', async () => {
    const image = await addImage(server.db, { filename: 'node.jpg' })
    const version = await addVersion(server.db, 'nodes', { glass: 1 })
    const node = async (id: string) =>
      (
        await ask<{ node: unknown }, object>(
          server.address,
          `query ($id: ID!) { node(id: $id) { __typename id ... on Image { filename } ... on DatasetVersion { name }
            ... on VersionEntry { version { name } } } }`,
          { id },
        )
      ).node
    const global = (type: string, id: string | number | bigint) => Buffer.from(`${type}:${id}`).toString('base64')
    const imageId = global('Image', image.id)
    expect(await node(imageId)).toEqual({ __typename: 'Image', id: imageId, filename: 'node.jpg' })
    expect(await node(global('DatasetVersion', version.id))).toMatchObject({ name: 'nodes' })
    const entry = await server.db.versionEntry.findFirstOrThrow({ where: { versionId: version.id } })
    expect(await node(global('VersionEntry', entry.id))).toMatchObject({ version: { name: 'nodes' } })
    expect(await node(global('DatasetVersion', 999_999))).toBeNull()
  })

  it.each([
    'x',
    'SW1hZ2U6',
    btoa('Image:1 OR 1=1'),
    btoa('Photo:1'),
    btoa('DatasetVersion:1:2'),
    btoa('VersionEntry:-1'),
  ])('refuses an id that nobody gave out: %s', async (id) => {
    const answer = await send(server.address, 'query ($id: ID!) { node(id: $id) { id } }', { id })
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'id' } }] })
  })

  it('is told from an object of another type', async () => {
    const version = await addVersion(server.db, 'other', { glass: 1 })
    const answer = await send(server.address, 'query ($id: ID!) { image(id: $id) { id } }', {
      id: btoa(`DatasetVersion:${version.id}`),
    })
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { field: 'id' } }] })
  })
})
