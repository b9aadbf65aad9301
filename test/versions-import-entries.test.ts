/** What becomes of each directory entry of an import: whatever lies in people's folders, under whatever names. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentHash } from '../src/photos/identity.js'
import { filePath, pathText, readableName } from '../src/photos/path-text.js'
import { photoFile } from '../src/photos/store.js'
import { thumbnail } from '../src/photos/thumbnail.js'
import { readPixels } from '../src/training/read-pixels.js'
import { trainingPhotos } from '../src/training/prepare-job.js'
import { listDataset } from '../src/versions/dataset-folder.js'
import { importPlace, importPlaces } from '../src/versions/import-place.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { send } from './support/client.js'
import { drawnPhoto, writeDataset } from './support/drawn-photo.js'
import { openTestHall, type TestHall } from './support/hall.js'
import type { TestServer } from './support/server.js'
import { startServerOf } from './support/training.js'

let hall: TestHall
let server: TestServer
beforeAll(async () => {
  hall = await openTestHall()
  server = await startServerOf(hall)
})
afterAll(async () => {
  await server?.close()
  await hall?.close()
})

let seed = 5000
const photo = () => drawnPhoto(seed++)
const at = (name: string) => path.join(hall.folder, name)
const photosOf = async (folders: readonly string[], each: number): Promise<Record<string, Buffer>> =>
  Object.fromEntries(
    await Promise.all(
      folders.flatMap((folder) =>
        Array.from({ length: each }, async (_, i) => [`${folder}/${i}.jpg`, await photo()] as const),
      ),
    ),
  )

interface Version {
  totalImages: number
  classCounts: { classLabel: string; count: number }[]
  importReport: Record<'entries' | 'read' | 'duplicates' | 'unlabelled' | 'refused' | 'ignored' | 'links', number> & {
    refusedFiles: { path: string; reason: string }[]
    unlabelledFiles: { path: string; reason: string }[]
    ignoredEntries: { path: string; reason: string }[]
    ignoredReasons: { reason: string; count: number }[]
    mergedClasses: { classLabel: string; folders: string[] }[]
    followedLinks: { path: string; classLabel: string; target: string | null }[]
    twoSplitFiles: { path: string; sameAs: string }[]
  }
}
const document = `mutation ($input: ImportDatasetInput!) { importDataset(input: $input) { totalImages classCounts { classLabel count }
  importReport { entries read duplicates unlabelled refused ignored links refusedFiles { path reason }
    unlabelledFiles { path reason } ignoredEntries { path reason } ignoredReasons { reason count }
    mergedClasses { classLabel folders } followedLinks { path classLabel target } twoSplitFiles { path sameAs } } } }`
const importIt = (name: string, more: { classes?: string[] } = {}) =>
  send<{ importDataset: Version }, object>(server.address, document, { input: { name, path: at(name), ...more } })
async function imported(name: string, more?: { classes?: string[] }): Promise<Version> {
  const { data, errors } = await importIt(name, more)
  return data?.importDataset ?? expect.fail(errors?.[0]?.message)
}
const pathsOf = (entries: readonly { path: string }[]) => entries.map((one) => one.path)

/** Files, links and empty folders, counted another way. */
async function entriesBelow(folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    'find',
    [folder].concat('-mindepth', '1', '(', '!', '-type', 'd', '-o', '-empty', ')', '-printf', 'x'),
  )
  return stdout.length
}

it('ends each entry as read, duplicate, unlabelled, refused or ignored, with a reason', async () => {
  const [twice, thumb] = [await photo(), await photo()]
  const bins = [
    '#Recycle/a',
    '$recycle.bin',
    '.Trash-1000/files',
    '@EADIR/1.jpg',
    'system volume information',
    'Thumbs',
  ]
  const folder = await writeDataset(at('everything'), {
    ...(await photosOf(['glass', 'metal', 'recycled', 'trash'], 2)),
    'glass/again.jpg': twice,
    'glass/deeper/and/deeper/once.jpg': twice,
    'loose.jpg': await photo(),
    'README.md': 'x',
    ...Object.fromEntries(bins.map((bin) => [`${bin}/thumb.jpg`, thumb])),
    'RECYCLER/S-1-5-21/thumb.jpg': thumb,
    'glass/@Recycle/deep/thumb.jpg': thumb,
    'glass/.thumbnails/thumb.jpg': thumb,
    'glass/Thumbs.db': 'x',
    'glass/desktop.ini': 'x',
    'glass/.hidden.jpg': thumb,
    'metal/nothing.jpg': '',
    'metal/odd extension.jpeg_large': await photo(),
    'metal/words.jpg': 'x',
  })
  await mkdir(path.join(folder, 'hollow/of/all'), { recursive: true })
  await mkdir(path.join(folder, 'glass/lost+found'))
  await promisify(execFile)('mkfifo', [path.join(folder, 'glass/pipe.jpg')])
  await symlink('nowhere.jpg', path.join(folder, 'glass/dangling.jpg'))
  await symlink('/etc', path.join(folder, 'outside'))
  await symlink('..', path.join(folder, 'glass/up'))
  await symlink('loop', path.join(folder, 'glass/loop'))

  const { totalImages, classCounts, importReport: report } = await imported('everything')
  expect(classCounts.map(({ classLabel, count }) => `${classLabel} ${count}`)).toEqual([
    'glass 3',
    'metal 3',
    'recycled 2',
    'trash 2',
  ])
  expect(report).toMatchObject({ read: totalImages, duplicates: 1, unlabelled: 1, refused: 6 })
  expect(pathsOf(report.unlabelledFiles)).toEqual(['loose.jpg'])
  expect(pathsOf(report.refusedFiles)).toEqual([
    'outside',
    'glass/dangling.jpg',
    'glass/loop',
    'glass/up',
    'metal/nothing.jpg',
    'metal/words.jpg',
  ])
  const { ignored, ignoredEntries, ignoredReasons } = report
  expect(pathsOf(ignoredEntries)).toEqual(
    expect.arrayContaining(['#Recycle', '@EADIR', 'RECYCLER', 'glass/@Recycle', 'glass/pipe.jpg', 'hollow/of/all']),
  )
  expect(ignoredReasons.reduce((sum, { count }) => sum + count, 0)).toBe(ignored)
  for (const { reason } of [...ignoredEntries, ...report.refusedFiles]) expect(reason).toMatch(/^[A-Z].*\.$/s)
  const { read, duplicates, unlabelled, refused } = report
  expect(read + duplicates + unlabelled + refused + ignored).toBe(report.entries)
  expect(report.entries).toBe(await entriesBelow(folder))
})

it('keeps no more than 200 examples of what it ignores, and the exact count', async () => {
  const folder = await writeDataset(at('many'), { 'a/1.jpg': 'x', 'b/1.jpg': 'x' })
  await mkdir(path.join(folder, '.git'))
  for (let i = 0; i < 2_000; i++) await writeFile(path.join(folder, `a/${i}.txt`), '')
  const { leftOut } = await listDataset(folder, { roots: [hall.folder], own: [] }, undefined)
  expect(leftOut.ignored).toMatchObject({ count: 2_001, examples: { length: 200 } })
})

describe('names that are not UTF-8', () => {
  const latin1 = (text: string) => Buffer.from(text, 'latin1')
  const names = [
    latin1('ä.jpg'),
    Buffer.from('ä.jpg'),
    latin1('ÿ\xc3'),
    Buffer.from('\u{10fee4}.jpg'),
    Buffer.from('�'),
    Buffer.from('📷 é.jpg'),
    latin1('ä\xe2\x82'),
  ]

  it('are kept as text that leads back to the same bytes, a different one for each name', () => {
    for (const name of names) expect(Buffer.from(filePath(pathText(name)) as string)).toEqual(name)
    expect(new Set(names.map(pathText)).size).toBe(names.length)
    for (const name of names) expect(pathText(name)).not.toMatch(/\p{Cs}/u)
    expect(readableName(pathText(latin1('aä\n.jpg')))).toBe('a\\xE4\\n.jpg')
  })

  it.runIf(process.platform === 'linux')(
    'are read by their bytes, files and class folders, and opened again by all that reads photos',
    async () => {
      const folder = await writeDataset(at('latin'), await photosOf(['glass'], 3))
      const own = Buffer.concat([Buffer.from(`${folder}/Gl`), latin1('äser')])
      const bytes = await Promise.all([photo(), photo(), photo(), photo()])
      await mkdir(own)
      for (const [i, one] of bytes.entries())
        await writeFile(Buffer.concat([own, Buffer.from('/'), latin1(`${'äöü'[i] ?? 'line\n'}.jpg`)]), one)
      await writeFile(Buffer.concat([own, Buffer.from('/'), latin1('ß.jpg')]), 'no photo')
      const { classCounts, importReport } = await imported('latin')
      expect(classCounts).toEqual([
        { classLabel: 'Gl\\xE4ser', count: 4 },
        { classLabel: 'glass', count: 3 },
      ])
      expect(importReport.refusedFiles).toEqual([{ path: 'Gl\\xE4ser/\\xDF.jpg', reason: expect.any(String) }])
      const { id } = await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'latin' } })
      const rows = (await trainingRows(hall.db, id)).filter(({ classLabel }) => classLabel !== 'glass')
      expect(rows.map((row) => row.contentHash)).toEqual(bytes.map(contentHash).toSorted())
      for (const row of rows) {
        expect(contentHash(await readFile(photoFile(hall.config, row)))).toBe(row.contentHash)
        expect((await thumbnail(photoFile(hall.config, row), 'SMALL')).length).toBeGreaterThan(0)
        const address = `${server.address}/files/photos/${row.contentHash}`
        expect(contentHash(Buffer.from(await (await fetch(address)).arrayBuffer()))).toBe(row.contentHash)
      }
      // As the training thread gets them.
      for (const one of structuredClone(await trainingPhotos(hall, id))) expect(await readPixels(one)).toBeTruthy()
      const filenames = (await hall.db.photo.findMany({ where: { contentHash: { in: bytes.map(contentHash) } } })).map(
        ({ filename }) => filename,
      )
      expect(filenames.toSorted()).toEqual(['\\xE4.jpg', '\\xF6.jpg', '\\xFC.jpg', 'line.jpg'])
    },
  )
})

describe('links to what lies below the import roots', () => {
  it('are followed: the photos stay where they lie, and are found when the link is gone', async () => {
    const folder = await writeDataset(at('links'), await photosOf(['glass'], 2))
    await writeDataset(at('store'), await photosOf(['cans', 'cans/dented'], 2))
    await symlink(at('store/cans'), path.join(folder, 'metal'))
    await symlink('../../store/cans/0.jpg', path.join(folder, 'glass/also.jpg'))
    await symlink('../glass', path.join(folder, 'glass/self'))
    const { classCounts, importReport } = await imported('links')
    expect(classCounts).toEqual([
      { classLabel: 'glass', count: 3 },
      { classLabel: 'metal', count: 3 },
    ])
    expect(importReport).toMatchObject({ entries: 8, read: 6, duplicates: 1, refused: 1, links: 2 })
    expect(importReport.followedLinks).toEqual([
      { path: 'metal', classLabel: 'metal', target: 'store/cans' },
      { path: 'glass/also.jpg', classLabel: 'glass', target: null },
    ])
    await rm(path.join(folder, 'metal'))
    const { id } = await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'links' } })
    for (const row of await trainingRows(hall.db, id))
      expect(contentHash(await readFile(photoFile(hall.config, row)))).toBe(row.contentHash)
  })

  it('are read once for a class, however they wind', async () => {
    const folder = await writeDataset(at('winding'), { 'b/1.jpg': 'x', 'c/1.jpg': 'x' })
    // Two links in each folder to the next one: without a bound, 2^20 ways to the last.
    for (let i = 0; i < 20; i++) {
      await writeDataset(folder, { [`a/${i}/${i}.jpg`]: 'x' })
      for (const way of ['left', 'right']) await symlink(`../${(i + 1) % 20}`, path.join(folder, `a/${i}/${way}`))
    }
    const { files } = await listDataset(folder, { roots: [hall.folder], own: [] }, undefined)
    expect(files.filter(({ classLabel }) => classLabel === 'a')).toHaveLength(20)
  })
})

describe('folders of the server itself', () => {
  it('are not read, also over links; a root that lies in one of them is', async () => {
    const { roots, own } = await importPlaces(hall.config)
    const { dataDir, modelsDir } = hall.config
    expect(own).toEqual(expect.arrayContaining([dataDir, modelsDir]))
    const photos = { 'uploads/ab/1.jpg': 'x', 'uploads/cd/1.jpg': 'x' }
    await writeDataset(dataDir, photos)
    for (const place of [dataDir, path.join(dataDir, 'uploads'), import.meta.dirname])
      await expect(importPlace({ ...hall.config, importRoots: ['/'] }, place)).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
      })
    const folder = await writeDataset(at('around'), { 'a/1.jpg': 'x', 'b/1.jpg': 'x' })
    await symlink(path.join(dataDir, 'uploads', 'ab'), path.join(folder, 'ours'))
    await symlink(path.join(dataDir, 'uploads', 'ab', '1.jpg'), path.join(folder, 'a', 'ours.jpg'))
    const { files, leftOut } = await listDataset(folder, { roots, own }, undefined)
    expect(files.map(({ path: file }) => file)).toEqual(['a/1.jpg', 'b/1.jpg'])
    expect(JSON.stringify(leftOut.refused)).toContain('folder of this server itself')
    const below = await listDataset(hall.folder, { roots, own }, undefined)
    expect(JSON.stringify(below.leftOut.ignored)).toContain('It is a folder of this server itself')
    const inside = path.join(dataDir, 'uploads')
    await expect(importPlace({ ...hall.config, importRoots: [inside] }, inside)).resolves.toBe(inside)
  })
})

describe('the folders of a dataset', () => {
  const list = async (name: string, folders: readonly string[], classes?: string[]) => {
    const folder = await writeDataset(at(name), Object.fromEntries(folders.map((one) => [`${one}/1.jpg`, 'x'])))
    return listDataset(folder, { roots: [hall.folder], own: [] }, classes).then(
      ({ files }) => files.map(({ path: file, split, classLabel }) => `${path.dirname(file)} ${split} ${classLabel}`),
      (error: unknown) => String(error),
    )
  }
  const two = (...splits: string[]) => splits.flatMap((split) => [`${split}/a`, `${split}/b`])

  it.each([
    [two('train', 'dev'), 'VAL'],
    [two('Train', 'VALID'), 'VAL'],
    [two('TRAINING', 'Eval'), 'VAL'],
    [two('train ', 'validation'), 'VAL'],
    [two('train', 'Testing'), 'TEST'],
  ])('%j are splits, the second one %s', async (folders, split) => {
    expect(await list(`splits ${folders.join(' ').replaceAll('/', '-')}`, folders)).toEqual(
      folders.toSorted().map((one) => `${one} ${/^train/i.test(one) ? 'TRAIN' : split} ${one.slice(-1)}`),
    )
  })

  it.each([
    ['alone', two('train'), undefined, 4 / 2],
    ['twice', two('Train', 'train'), undefined, 4],
    ['of another kind', ['glass', 'constructor', '__proto__'], undefined, 3],
    ['with one name like a split', ['glass', 'test tubes'], undefined, 2],
    ['that the client says are classes', ['glass', 'test', 'dev'], ['glass', 'TEST'], 2],
    ['beside one that the client leaves out', ['glass', 'metal', 'test'], ['glass', 'metal'], 2],
    ['with a class called test in each split', ['train/a', 'train/test', 'val/a'], undefined, 3],
  ])('%s are read', async (name, folders, classes, count) => {
    expect(await list(`read ${name}`, folders, classes)).toHaveLength(count)
  })

  it.each([
    [
      'beside classes',
      ['glass', 'metal', 'test'],
      undefined,
      /split or a class: test\? Beside them there are glass, metal/,
    ],
    ['beside classes, with photos of the same classes', ['a', 'b', 'test/a'], ['a', 'b'], /split or a class: test/],
    ['that are classes or splits', ['dev', 'test'], undefined, /Which photos are for training/],
    ['with names like splits', two('train_images', 'test2017'), undefined, /split or a class: test2017, train_images/],
    ['without class folders', ['train', 'test'], undefined, /no photo in its folders.*no class folder/],
    ['in class folders', ['glass/train', 'glass/test', 'metal/train'], undefined, /“glass” splits: test, train\?/],
    ['in themselves', ['train/train/a', 'test/test/a'], undefined, /“test” splits: test\?/],
    [
      'where train has no class folder',
      ['train', ...two('val')],
      undefined,
      /no photo in a class folder of the train folder/,
    ],
  ])('%s are asked about', async (name, folders, classes, question) => {
    expect(await list(`asked ${name}`, folders, classes)).toMatch(question)
  })

  it('are named when one of them cannot name a class', async () => {
    expect(await list('too long', ['a', 'b', 'x'.repeat(65)])).toMatch(
      /The folder “x+” cannot name a class.*64 characters/,
    )
    expect(await list('broken', ['a', 'b', 'x\ny'])).toMatch(/The folder “x\\ny” cannot name a class/)
  })

  it('are one class in any spelling, whether or not the client names it, and the report says so', async () => {
    const spelled = ['Größe ', 'größe'.normalize('NFD'), 'GRÖSSE']
    await writeDataset(at('spelled'), await photosOf([...spelled, 'other'], 2))
    const { classCounts, importReport } = await imported('spelled', { classes: ['größe', 'other'] })
    expect(classCounts.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual([2, 6])
    expect(importReport.mergedClasses).toEqual([
      { classLabel: classCounts.find(({ count }) => count === 6)?.classLabel, folders: spelled.toSorted() },
    ])
  })
})

it('trains on a photo that lies in train as well as in test, where the class has no other', async () => {
  const [both, more] = [await photosOf(['glass'], 4), await photosOf(['train/metal', 'test/metal'], 2)]
  for (const split of ['train', 'test'])
    for (const [name, bytes] of Object.entries(both)) more[`${split}/${name}`] = bytes
  more['test/metal/same.jpg'] = more['train/metal/0.jpg'] as Buffer
  await writeDataset(at('both'), more)
  const { importReport } = await imported('both')
  expect(importReport.twoSplitFiles.map(({ sameAs }) => sameAs)).toEqual([
    'train/glass/0.jpg',
    'train/glass/1.jpg',
    'train/glass/2.jpg',
    'train/glass/3.jpg',
    'test/metal/same.jpg',
  ])
  const { id } = await hall.db.datasetVersion.findUniqueOrThrow({ where: { name: 'both' } })
  const splits = (await trainingRows(hall.db, id)).filter((row) => row.classLabel === 'glass').map((row) => row.split)
  expect(splits).toContain('TRAIN')
  expect(splits).not.toContain('TEST')
})
