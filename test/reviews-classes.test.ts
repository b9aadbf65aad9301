/** Classes: how many come, how they are found, and how one goes that nothing uses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classLimits } from '../src/reviews/classes.js'
import { ask, send } from './support/client.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { addImage, addVersion } from './support/rows.js'
import type { TestServer } from './support/server.js'
import { tokenNamed } from './support/tokens.js'
import { startServerOf } from './support/training.js'

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

const label = 'mutation ($id: ID!, $classLabel: String!) { label(id: $id, classLabel: $classLabel) { assignedLabel } }'
const remove = 'mutation ($name: String!) { removeClass(name: $name) }'
const list =
  'query ($first: Int, $after: String, $filter: ClassFilter) { classes(first: $first, after: $after, filter: $filter) { totalCount pageInfo { hasNextPage endCursor } edges { node { name } } } }'
interface Page {
  classes: {
    totalCount: number
    pageInfo: { hasNextPage: boolean; endCursor: string | null }
    edges: { node: { name: string } }[]
  }
}
const classes = async (variables: object) =>
  (await ask<Page, object>(server.address, list, variables, { headers: anna })).classes
const namesOf = (page: Page['classes']) => page.edges.map(({ node }) => node.name)
const newPhoto = async () => btoa(`Image:${(await addImage(hall.db)).id}`)
const labelAs = (headers: Record<string, string>, id: string, classLabel: string) =>
  send(server.address, label, { id, classLabel }, { headers })
const addClasses = (names: readonly string[]) =>
  hall.db.datasetClass.createMany({ data: names.map((name) => ({ name, key: name.toLowerCase() })) })

describe('a class', () => {
  it('that nothing uses is removed, with an entry in the trail; one that a photo or a version has is not', async () => {
    const id = await newPhoto()
    await labelAs(anna, id, 'Glas')
    expect(await send(server.address, remove, { name: 'glas' }, { headers: anna })).toMatchObject({
      status: 409,
      errors: [{ message: expect.stringContaining('is in use') }],
    })
    await labelAs(anna, id, 'glass')
    expect(await ask(server.address, remove, { name: 'GLAS' }, { headers: anna })).toEqual({ removeClass: 'Glas' })
    expect(await hall.db.datasetClass.findUnique({ where: { key: 'glas' } })).toBeNull()
    const trail = await hall.db.auditEntry.findMany({ where: { action: 'REMOVE_CLASS' } })
    expect(trail).toMatchObject([{ actorName: 'Anna', subjectType: 'DatasetClass', subjectName: 'Glas' }])
    expect((await send(server.address, remove, { name: 'Glas' }, { headers: anna })).status).toBe(404)
    await addVersion(hall.db, 'v1', { paper: 5, metal: 5 })
    expect((await send(server.address, remove, { name: 'paper' }, { headers: anna })).status).toBe(409)
    expect(await hall.db.versionEntry.count({ where: { classLabel: 'paper' } })).toBe(5)
  })

  it('whose name an earlier release allowed is labelled and removed, though none is made like that any more', async () => {
    const name = 'pa\u00adper'
    const id = await newPhoto()
    expect((await labelAs(anna, id, name)).status).toBe(400)
    await addClasses([name])
    expect(await labelAs(anna, id, name)).toMatchObject({ data: { label: { assignedLabel: name } } })
    await labelAs(anna, id, 'glass')
    expect(await ask(server.address, remove, { name }, { headers: anna })).toEqual({ removeClass: name })
    for (const bad of ['a\0b', '\ud800']) expect((await labelAs(anna, id, bad)).status).toBe(400)
  })

  it('comes with a label: a token introduces so many an hour, and labels with those that there are', async () => {
    const id = await newPhoto()
    const most = classLimits.ofTokenAnHour
    const token = await hall.db.accessToken.findFirstOrThrow({ where: { name: 'Ben' } })
    const names = Array.from({ length: most - 1 }, (_, i) => `many ${i}`)
    await addClasses(names)
    await hall.db.datasetClass.updateMany({ where: { name: { in: names } }, data: { createdById: token.id } })
    expect((await labelAs(ben, id, 'the last')).status).toBe(200)
    expect(await labelAs(ben, id, 'one more')).toMatchObject({
      status: 503,
      errors: [{ extensions: { code: 'OVERLOADED', retryAfterMs: expect.any(Number) } }],
    })
    expect(await hall.db.datasetClass.count({ where: { key: 'one more' } })).toBe(0)
    expect((await labelAs(ben, id, 'many 1')).status).toBe(200)
    expect((await labelAs(anna, id, 'one more')).status).toBe(200)
    const hourAgo = new Date(Date.now() - 3_700_000)
    await hall.db.datasetClass.updateMany({ where: { name: { in: names } }, data: { createdAt: hourAgo } })
    expect((await labelAs(ben, id, 'an hour later')).status).toBe(200)
  })
})

describe('classes', () => {
  it('are listed by pages, by what is in their names, and by whether anything uses them', async () => {
    await addClasses(['Page a', 'page B', 'page c'])
    const first = await classes({ first: 2, filter: { search: 'PAGE' } })
    expect([namesOf(first), first.totalCount, first.pageInfo.hasNextPage]).toEqual([['Page a', 'page B'], 3, true])
    const second = await classes({ first: 2, after: first.pageInfo.endCursor, filter: { search: 'PAGE' } })
    expect([namesOf(second), second.pageInfo.hasNextPage]).toEqual([['page c'], false])
    await labelAs(anna, await newPhoto(), 'page b')
    expect(namesOf(await classes({ filter: { search: 'page', unused: true } }))).toEqual(['Page a', 'page c'])
    expect(namesOf(await classes({ filter: { search: 'page', unused: false } }))).toEqual(['page B'])
    // The plain list stays.
    const { datasetClasses } = await ask<{ datasetClasses: unknown[] }, object>(
      server.address,
      '{ datasetClasses { name } }',
      {},
      { headers: anna },
    )
    expect(datasetClasses).toHaveLength((await classes({ first: 1 })).totalCount)
  })

  it.each([
    ['\u0440\u0430per', 'paper'], // Cyrillic
    ['ｇｌａｓｓ', 'glass'], // full width
    ['ⅿetal', 'metal'], // a Roman numeral
    ['meta1', 'metal'], // a digit
  ])('that look like “%s” are told of before it is made: %s', async (name, looksLike) => {
    await hall.db.datasetClass.createMany({
      data: ['paper', 'glass', 'metal'].map((one) => ({ name: one, key: one })),
      skipDuplicates: true,
    })
    const query = 'query ($name: String!) { similarClasses(name: $name) { name } }'
    const similar = (of: string) => ask(server.address, query, { name: of }, { headers: anna })
    expect(await similar(name)).toEqual({ similarClasses: [{ name: looksLike }] })
    expect(await similar(looksLike.toUpperCase())).toEqual({ similarClasses: [] })
    expect(await similar('nothing like it')).toEqual({ similarClasses: [] })
  })
})
