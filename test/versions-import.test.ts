import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOf } from '../src/access/receipts.js'
import { besideTheCheckout } from '../src/config.js'
import { contentHash } from '../src/photos/identity.js'
import { photoFile } from '../src/photos/store.js'
import { splitsLeft, untrainable } from '../src/versions/class-splits.js'
import { listDataset } from '../src/versions/dataset-folder.js'
import { importDataset, importProgress } from '../src/versions/import-dataset.js'
import { importReport } from '../src/versions/import-report.js'
import { readDatasetFile } from '../src/versions/read-file.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { drawnPhoto, nearCopyOf, writeDataset } from './support/drawn-photo.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { by } from './support/doer.js'
import { shared } from './support/shared.js'

let hall: TestHall
beforeAll(async () => {
  hall = await openTestHall()
})
afterAll(() => hall.close())

let seed = 1000
const photo = () => drawnPhoto(seed++)
const at = (name: string) => path.join(hall.folder, name)
const dataset = async (name: string, files: Record<string, Buffer | string>) => writeDataset(at(name), files)
const photosOf = async (folders: readonly string[], each: number): Promise<Record<string, Buffer>> =>
  Object.fromEntries(
    await Promise.all(
      folders.flatMap((folder) =>
        Array.from({ length: each }, async (_, i) => [`${folder}/${i}.jpg`, await photo()] as const),
      ),
    ),
  )
const importReportOf = (name: string) =>
  hall.db.importReport.findFirstOrThrow({ where: { version: { name } }, include: { version: true } })
const versionOf = (id: number) => hall.db.datasetVersion.findUniqueOrThrow({ where: { id } })
const rowsOf = async (id: number) => (await trainingRows(hall.db, id)).toSorted((a, b) => (a.path < b.path ? -1 : 1))
/** As if it had been read long after it was changed: what was read within seconds of a change is read again. */
const rememberAsRead = async (root: string, file: string) => {
  const { ctimeMs, ino } = await stat(path.join(root, file))
  await hall.db.importedFile.update({
    where: { root_path: { root, path: file } },
    data: { changedMs: ctimeMs, inode: ino },
  })
}
const placesOf = async (id: number) =>
  (await rowsOf(id)).map(({ path: file, split, classLabel }) => [file, split, classLabel])

describe('a folder of class folders', () => {
  it('becomes a version: counted, split, by reference', async () => {
    const files = await photosOf(['glass', 'metal', 'paper'], 12)
    const folder = await dataset('plain', {
      ...files,
      'README.md': '# photos',
      'glass/list.txt': '1.jpg',
      'glass/.DS_Store': 'x',
    })
    const before = await stat(path.join(folder, 'glass/1.jpg'))
    const { id } = await importDataset(hall, by, { name: 'plain', path: folder, notes: 'a first one' })
    const version = await versionOf(id)
    expect(version).toMatchObject({
      name: 'plain',
      parentId: null,
      totalImages: 36,
      notes: 'a first one',
      isActive: true,
    })
    expect(version.classCounts).toEqual(['glass', 'metal', 'paper'].map((classLabel) => ({ classLabel, count: 12 })))
    expect((version.splits as { split: string }[]).map(({ split }) => split)).toEqual(['TEST', 'TRAIN', 'VAL'])
    expect((version.splits as { count: number }[]).reduce((sum, { count }) => sum + count, 0)).toBe(36)
    const rows = await rowsOf(id)
    for (const classLabel of ['glass', 'metal', 'paper'])
      expect(new Set(rows.filter((row) => row.classLabel === classLabel).map((row) => row.split)).size).toBe(3)
    for (const row of rows) expect(existsSync(photoFile(hall.config, row))).toBe(true)
    expect((await stat(path.join(folder, 'glass/1.jpg'))).ino).toBe(before.ino)
    expect(
      await hall.db.datasetClass.findMany({ where: { introducedId: id }, orderBy: { name: 'asc' } }),
    ).toMatchObject([{ name: 'glass' }, { name: 'metal' }, { name: 'paper' }])
    expect((await importReport(hall.db, id))?.findings.ignored.examples).toEqual([
      'README.md',
      'glass/.DS_Store',
      'glass/list.txt',
    ])
  })

  it('splits the same photos in the same way, whatever their names and places', async () => {
    const files = await photosOf(['glass', 'metal'], 30)
    const renamed = Object.fromEntries(
      Object.entries(files).map(([file, bytes], i) => [file.replace(/\d+/, `z${(i * 7) % 60}`), bytes]),
    )
    const one = await importDataset(hall, by, { name: 'names 1', path: await dataset('names 1', files) })
    const two = await importDataset(hall, by, { name: 'names 2', path: await dataset('names 2', renamed) })
    const splits = async (id: number) =>
      (await trainingRows(hall.db, id)).map(({ contentHash, split }) => [contentHash, split])
    expect(await splits(two.id)).toEqual(await splits(one.id))
  })

  it('has a training photo of every class, of one photo, of two, or of near copies alone', async () => {
    const files: Record<string, Buffer> = await photosOf(['many'], 6)
    for (let i = 0; i < 10; i++) {
      files[`one ${i}/x.jpg`] = await photo()
      Object.assign(files, await photosOf([`two ${i}`], 2))
      files[`copies ${i}/x.jpg`] = await photo()
      files[`copies ${i}/y.jpg`] = await nearCopyOf(files[`copies ${i}/x.jpg`] as Buffer)
    }
    const { id } = await importDataset(hall, by, { name: 'few', path: await dataset('few', files) })
    expect(untrainable(await splitsLeft(hall.db, id))).toEqual([])
    const copies = (await rowsOf(id)).filter(({ classLabel }) => classLabel.startsWith('copies'))
    expect(new Set(copies.map(({ split }) => split))).toEqual(new Set(['TRAIN']))
  })

  it('takes a file by whatever name, and shows it without what nobody sees', async () => {
    const files = {
      ...(await photosOf(['glass', 'metal'], 2)),
      'glass/a\u202egpj.\u200bb\u00ad.jpg': await photo(),
      'glass/\u200f\u2066': await photo(),
      'metal/شیشه\u200cها 👩\u200d🔬 ♻\ufe0f.jpg': await photo(),
    }
    const { id } = await importDataset(hall, by, { name: 'named oddly', path: await dataset('named oddly', files) })
    const entries = await hall.db.versionEntry.findMany({ where: { versionId: id }, include: { photo: true } })
    const names = entries.map(({ photo: { filename } }) => filename)
    expect(names).toHaveLength(7)
    expect(names).toEqual(
      expect.arrayContaining([
        'agpj.b.jpg',
        expect.stringMatching(/^[0-9a-f]{64}$/),
        'شیشه\u200cها 👩\u200d🔬 ♻\ufe0f.jpg',
      ]),
    )
    const folder = await dataset('class unseen', await photosOf(['gla\u00adss', 'metal'], 2))
    await expect(importDataset(hall, by, { name: 'class unseen', path: folder })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/“glass” .*U\+00AD/),
    })
  })

  it('can be limited to some classes, in any spelling', async () => {
    const folder = await dataset('three', await photosOf(['Cans', 'Cups', 'Pots'], 4))
    const { id } = await importDataset(hall, by, { name: 'two of three', path: folder, classes: ['cans', 'POTS'] })
    expect((await versionOf(id)).classCounts).toEqual([
      { classLabel: 'Cans', count: 4 },
      { classLabel: 'Pots', count: 4 },
    ])
    await expect(importDataset(hall, by, { name: 'x', path: folder, classes: ['cans', 'cats'] })).rejects.toMatchObject(
      {
        code: 'BAD_USER_INPUT',
        details: { field: 'input.classes' },
        message: expect.stringContaining('cats'),
      },
    )
  })

  it('says which files it refused, and why', async () => {
    const good = await photo()
    const folder = await dataset('bad ones', {
      ...(await photosOf(['a', 'b'], 3)),
      'a/cut.jpg': good.subarray(0, 900),
      'a/drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"/>',
      'b/empty.jpg': '',
      'b/huge.jpg': Buffer.alloc(11 * 1024 * 1024),
      'b/words.jpg': 'not a photo',
    })
    const { id } = await importDataset(hall, by, { name: 'bad ones', path: folder })
    expect((await versionOf(id)).totalImages).toBe(6)
    const report = await importReport(hall.db, id)
    expect(report).toMatchObject({ files: 11, refused: 5 })
    expect(report?.findings.refused.examples.map((one) => one.path)).toEqual([
      'a/cut.jpg',
      'a/drawing.svg',
      'b/empty.jpg',
      'b/huge.jpg',
      'b/words.jpg',
    ])
    expect(report?.findings.refused.examples.map((one) => one.reason).join(' ')).toMatch(
      /cut short.*SVG.*empty.*10 MB.*no photo/,
    )
  })

  it('holds a photo once: the first by path stands for its duplicates, and for those with another label', async () => {
    const [twice, both] = [await photo(), await photo()]
    const folder = await dataset('duplicates', {
      ...(await photosOf(['a', 'b'], 3)),
      'a/x1.jpg': twice,
      'a/x2.jpg': twice,
      'a/y.jpg': both,
      'b/y.jpg': both,
    })
    const { id } = await importDataset(hall, by, { name: 'duplicates', path: folder })
    expect((await rowsOf(id)).map((row) => row.path)).toEqual([
      'a/0.jpg',
      'a/1.jpg',
      'a/2.jpg',
      'a/x1.jpg',
      'a/y.jpg',
      'b/0.jpg',
      'b/1.jpg',
      'b/2.jpg',
    ])
    expect((await importReport(hall.db, id))?.findings).toMatchObject({
      duplicates: {
        count: 2,
        examples: [
          { path: 'a/x2.jpg', sameAs: 'a/x1.jpg' },
          { path: 'b/y.jpg', sameAs: 'a/y.jpg' },
        ],
      },
      twoLabels: { count: 1, examples: [{ path: 'b/y.jpg', classLabel: 'b', sameAs: 'a/y.jpg', keptLabel: 'a' }] },
    })
  })

  it('keeps near copies on one side', async () => {
    const originals = await photosOf(['a', 'b'], 25)
    const copies = await Promise.all(
      Object.entries(originals).map(
        async ([file, bytes]) => [file.replace('.jpg', ' copy.jpg'), await nearCopyOf(bytes)] as const,
      ),
    )
    const { id } = await importDataset(hall, by, {
      name: 'copies',
      path: await dataset('copies', { ...originals, ...Object.fromEntries(copies) }),
    })
    const splitOf = new Map((await rowsOf(id)).map((row) => [row.path, row.split]))
    for (const [file] of copies) expect(splitOf.get(file)).toBe(splitOf.get(file.replace(' copy', '')))
    expect(new Set(splitOf.values()).size).toBe(3)
    expect((await importReport(hall.db, id))?.findings.nearCopies).toEqual({ groups: 50, photos: 100, acrossSplits: 0 })
  })
})

describe('a folder of split folders', () => {
  it('keeps its own splits', async () => {
    const files = await photosOf(['train/a', 'train/b', 'validation/a', 'validation/b', 'Test/a', 'Test/b'], 3)
    const { id } = await importDataset(hall, by, { name: 'own splits', path: await dataset('own splits', files) })
    for (const [file, split, classLabel] of await placesOf(id)) {
      expect(split).toBe({ train: 'TRAIN', validation: 'VAL', Test: 'TEST' }[String(file).split('/')[0] ?? ''])
      expect(classLabel).toBe(String(file).split('/')[1])
    }
  })

  it('gets a missing one from its training photos', async () => {
    const files = await photosOf(['train/a', 'train/b', 'test/a', 'test/b'], 20)
    const { id } = await importDataset(hall, by, { name: 'no val', path: await dataset('no val', files) })
    const rows = await rowsOf(id)
    for (const row of rows) expect(row.path.startsWith('test/')).toBe(row.split === 'TEST')
    for (const classLabel of ['a', 'b'])
      expect(rows.some((row) => row.split === 'VAL' && row.classLabel === classLabel)).toBe(true)
  })

  it('keeps them for a class that it only tests, and says that no model can know it', async () => {
    const files = await photosOf(['train/a', 'train/b', 'test/a', 'test/c'], 3)
    const { id } = await importDataset(hall, by, { name: 'only tested', path: await dataset('only tested', files) })
    for (const row of await rowsOf(id)) expect(row.path.startsWith('test/')).toBe(row.split === 'TEST')
    expect(untrainable(await splitsLeft(hall.db, id))).toEqual(['c'])
  })

  it('reports a photo that is in two of them, and keeps one', async () => {
    const shared = await photo()
    const files = {
      ...(await photosOf(['train/a', 'train/b', 'val/a', 'test/a'], 2)),
      'train/a/s.jpg': shared,
      'test/a/s.jpg': shared,
    }
    const { id } = await importDataset(hall, by, { name: 'leak', path: await dataset('leak', files) })
    expect((await importReport(hall.db, id))?.findings.twoSplits.examples).toEqual([
      { path: 'train/a/s.jpg', sameAs: 'test/a/s.jpg' },
    ])
  })

  it('is not mistaken where other folders lie beside', async () => {
    const folder = await dataset('mixed', await photosOf(['train/a', 'test/a', 'extra/a'], 2))
    await expect(importDataset(hall, by, { name: 'mixed', path: folder })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('extra'),
    })
  })
})

describe('what cannot be imported', () => {
  const refused = (folder: string, name = 'refused') =>
    importDataset(hall, by, { name, path: folder }).then(
      () => 'imported',
      (error: unknown) => error,
    )
  const badPath = { code: 'BAD_USER_INPUT', details: { field: 'input.path' } }

  it('is what lies elsewhere, with the same words whether it is there or not', async () => {
    const words = new Set<string>()
    await symlink('/etc', at('way out'))
    for (const folder of ['/etc', '/nowhere', at('..'), at('way out'), at('plain/README.md'), 'a\0b']) {
      const error = await refused(folder)
      expect(error).toMatchObject(badPath)
      words.add(String(error).replace(folder, ''))
    }
    expect(words.size).toBe(1)
  })

  it('is what a link leads to that points elsewhere, also where it comes after the listing', async () => {
    const elsewhere = await mkdtemp(path.join(os.tmpdir(), 'wastex-elsewhere-'))
    try {
      await writeDataset(elsewhere, await photosOf(['a'], 2))
      await symlink(at('linked/a'), path.join(elsewhere, 'back'))
      const folder = await dataset('linked', await photosOf(['a', 'b'], 3))
      await symlink(path.join(elsewhere, 'a'), path.join(folder, 'c'))
      await symlink(path.join(elsewhere, 'a/0.jpg'), path.join(folder, 'a/0 link.jpg'))
      await symlink(at('chain'), path.join(folder, 'b/deeper'))
      await symlink(elsewhere, at('chain'))
      const { id } = await importDataset(hall, by, { name: 'linked', path: folder })
      expect((await versionOf(id)).totalImages).toBe(6)
      const { refused } = (await importReport(hall.db, id))?.findings ?? expect.fail()
      expect(refused.examples.map((one) => one.path)).toEqual(['c', 'a/0 link.jpg', 'b/deeper'])
      for (const { reason } of refused.examples) expect(reason).toMatch(/link.*WASTEX_IMPORT_ROOTS/)
      for (const late of ['a/0 link.jpg', 'c/0.jpg', 'b/deeper/a/1.jpg'])
        expect(await readDatasetFile({ root: folder, path: late }, late)).toMatchObject({
          photo: undefined,
          refused: expect.stringMatching(/replaced by a link/),
        })
      await promisify(execFile)('mkfifo', [path.join(folder, 'a/pipe.jpg')])
      expect((await readDatasetFile({ root: folder, path: 'a/pipe.jpg' }, '')).refused).toMatch(/no file any more/)
    } finally {
      await rm(elsewhere, { recursive: true })
    }
  })

  it('is no address, and no path that starts from elsewhere', async () => {
    for (const address of [
      'http://127.0.0.1:1/',
      'https://example.com/set',
      'file:///etc',
      '//host/share',
      '~',
      '$HOME',
      '',
    ])
      expect(await refused(address)).toMatchObject({ code: expect.stringMatching(/BAD_USER_INPUT/) })
  })

  it('is an empty folder, photos without class folders, a single class, nothing but damaged photos', async () => {
    await mkdir(at('empty'))
    await dataset('flat', { '1.jpg': await photo() })
    await dataset('lonely', await photosOf(['a'], 3))
    await dataset('broken', { 'a/1.jpg': 'x', 'b/1.jpg': 'y' })
    await mkdir(at('hollow/a'), { recursive: true })
    for (const name of ['empty', 'flat', 'lonely', 'broken', 'hollow'])
      expect(await refused(at(name))).toMatchObject(badPath)
    expect(String(await refused(at('broken')))).toMatch(/2 of 2 files were refused/)
  })

  it('is a folder with one in it that this server may not read', async () => {
    const folder = await dataset('locked', await photosOf(['a', 'b'], 1))
    await chmod(path.join(folder, 'b'), 0)
    await chmod(hall.folder, 0o755)
    const isRoot = process.getuid?.() === 0
    // Nothing is locked for root.
    if (isRoot) process.seteuid?.(65_534)
    try {
      await expect(listDataset(folder, { roots: [hall.folder], own: [] }, undefined)).rejects.toMatchObject({
        ...badPath,
        message: 'The folder “b” in it cannot be read by this server (EACCES).',
      })
    } finally {
      if (isRoot) process.seteuid?.(0)
      await chmod(path.join(folder, 'b'), 0o755)
    }
  })

  it('is notes that are too long, and more class folders than may be named', async () => {
    const wrong = [
      ['input.notes', { notes: 'x'.repeat(10_001) }],
      ['input.classes', { classes: Array.from({ length: 1_001 }, (_, i) => `class ${i}`) }],
    ] as const
    for (const [field, more] of wrong)
      await expect(importDataset(hall, by, { name: 'large', path: at('plain'), ...more })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { field },
      })
  })

  it('is what has the name of another version', async () => {
    expect(await refused(at('plain'), 'plain')).toMatchObject({ code: 'CONFLICT' })
    expect(await refused(at('plain'), ' ')).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'input.name' } })
  })
})

describe('where it may read unless a setting says otherwise', () => {
  it.each([
    ['/work/main', ['/work']],
    ['/home/me/wastex', ['/home/me']],
    ['/wastex', []],
  ])('is beside the checkout %s: %o, but no whole disk', (folder, roots) => {
    expect(besideTheCheckout(folder)).toEqual(roots)
  })
})

describe('while it goes on', () => {
  it('the same name and path joins it, another path does not, and those who watch see it to its end', async () => {
    const folder = await dataset('joined', await photosOf(['a', 'b'], 150))
    const early = importProgress(hall, 'joined')
    const first = importDataset(hall, by, { name: 'joined', path: folder })
    const firstNews = await early.next()
    expect(firstNews.value).toMatchObject({ name: 'joined', total: 300, finished: false })
    const receipt = { key: 'joiner', request: 'x'.repeat(64), place: 'importDataset' }
    const [second, ...others] = await Promise.allSettled([
      importDataset(hall, { ...by, receipt }, { name: 'joined', path: `${folder}/.` }),
      importDataset(hall, by, { name: 'joined', path: at('plain') }),
    ])
    for (const other of others) expect(other).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT' } })
    expect(second).toMatchObject({ status: 'fulfilled', value: await first })
    // The joiner's request is answered when it comes again, too.
    expect(await answerOf(hall.db, 'anybody', receipt)).toEqual({ answer: await first })
    const seen = [firstNews.value]
    for await (const news of early) seen.push(news)
    expect(seen.at(-1)).toEqual({ name: 'joined', done: 300, total: 300, refused: 0, finished: true })
    expect(seen.map((news) => news?.done)).toEqual(seen.map((news) => news?.done ?? 0).toSorted((a, b) => a - b))
    // Later still: the end is all there is to tell.
    const late = []
    for await (const news of importProgress(hall, 'joined')) late.push(news)
    expect(late).toEqual([seen.at(-1)])
    await expect(importDataset(hall, by, { name: 'joined', path: folder })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('those who watch see its end, even when it is told while their connection is lost', async () => {
    const { files, refused, findings } = await importReportOf('joined')
    const watching = importProgress(hall, 'while away')
    const end = watching.next()
    // It ends without a word: nobody hears what is told while the connection is lost.
    const report = { files, refused, findings: findings as object }
    await hall.db.datasetVersion.create({
      data: { name: 'while away', totalImages: 0, classCounts: [], splits: [], import: { create: report } },
    })
    await hall.db.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query = 'LISTEN wastex'`
    expect((await end).value).toMatchObject({ name: 'while away', done: 300, finished: true })
    expect(await watching.next()).toMatchObject({ done: true })
  })

  it('those who stop watching are let go at once', async () => {
    const watching = importProgress(hall, 'never begun')
    const waiting = watching.next()
    await watching.return?.()
    expect(await waiting).toMatchObject({ done: true })
  })
})

it('goes on where kill -9 stopped it, without reading what it had read', { timeout: 60_000 }, async () => {
  const [one, two] = [
    await drawnPhoto(1, { width: 800, height: 600 }),
    await drawnPhoto(2, { width: 800, height: 600 }),
  ]
  const count = 900
  const files = Object.fromEntries(
    // Bytes after the end of a JPEG: another file, the same picture, no time lost in drawing.
    Array.from({ length: count }, (_, i) => [
      `${i % 2 ? 'a' : 'b'}/${i}.jpg`,
      Buffer.concat([i % 2 ? one : two, Buffer.from(`${i}`)]),
    ]),
  )
  const folder = await dataset('killed', files)
  const then = new Date(1_600_000_000_000)
  for (const file of Object.keys(files)) await utimes(path.join(folder, file), then, then)
  const known = () => hall.db.importedFile.findMany({ where: { root: folder }, select: { path: true } })

  const news = hall.events.subscribe('importProgress')
  const script = new URL('./support/import-until-killed.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', script, hall.databaseUrl, folder, 'killed'], {
    stdio: 'inherit',
  })
  for await (const { name, done } of news) if (name === 'killed' && done >= count * 0.4) break
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
  const before = await known()
  expect(before.length).toBeGreaterThan(count * 0.2)
  expect(before.length).toBeLessThan(count)
  expect(await hall.db.datasetVersion.count({ where: { name: 'killed' } })).toBe(0)

  // Whoever reads one of them now finds no photo in it. What is remembered of them fits all the same.
  for (const file of before) {
    const target = path.join(folder, file.path)
    await writeFile(target, Buffer.alloc((await stat(target)).size))
    await utimes(target, then, then)
    await rememberAsRead(folder, file.path)
  }
  const { id } = await importDataset(hall, by, { name: 'killed', path: folder })
  expect((await versionOf(id)).totalImages).toBe(count)
  expect(await importReport(hall.db, id)).toMatchObject({ files: count, refused: 0 })
})

it('finds the photos of a dataset again that was moved and imported anew', async () => {
  const folder = await dataset('here', await photosOf(['a', 'b'], 3))
  await importDataset(hall, by, { name: 'here', path: folder })
  await rename(folder, at('there'))
  const { id } = await importDataset(hall, by, { name: 'there', path: at('there') })
  for (const row of await rowsOf(id)) expect(photoFile(hall.config, row)).toBe(path.join(at('there'), row.path))
})

it('finds photos that were sorted into other folders of their dataset', async () => {
  const folder = await dataset('sorted', await photosOf(['a', 'b'], 3))
  const move = (from: string, to: string) => rename(path.join(folder, from), path.join(folder, to))
  await importDataset(hall, by, { name: 'unsorted', path: folder })
  const files = async (id: number) =>
    Promise.all((await rowsOf(id)).map(async (row) => contentHash(await readFile(photoFile(hall.config, row)))))
  const hashes = async (id: number) => (await rowsOf(id)).map((row) => row.contentHash)

  await move('a/1.jpg', 'b/9.jpg')
  await move('a/0.jpg', 'aside.jpg')
  await move('b/0.jpg', 'a/0.jpg')
  await move('aside.jpg', 'b/0.jpg')
  const sorted = await importDataset(hall, by, { name: 'sorted', path: folder })
  expect((await placesOf(sorted.id)).map(([file, , classLabel]) => [file, classLabel])).toEqual([
    ['a/0.jpg', 'a'],
    ['a/2.jpg', 'a'],
    ['b/0.jpg', 'b'],
    ['b/1.jpg', 'b'],
    ['b/2.jpg', 'b'],
    ['b/9.jpg', 'b'],
  ])
  expect(await files(sorted.id)).toEqual(await hashes(sorted.id))

  // Back where it was: a file that is known, and is not read again.
  await move('b/9.jpg', 'a/1.jpg')
  const again = await importDataset(hall, by, { name: 'sorted again', path: folder })
  expect(await files(again.id)).toEqual(await hashes(again.id))
})

it('reads a file again that was changed in place, with the same size and time', async () => {
  const [one, two] = [await photo(), await photo()]
  const size = Math.max(one.length, two.length)
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(size - bytes.length)])
  const folder = await dataset('in place', { ...(await photosOf(['a', 'b'], 2)), 'a/changed.jpg': padded(one) })
  const [file, then] = [path.join(folder, 'a/changed.jpg'), new Date(1_600_000_000_000)]
  await utimes(file, then, then)
  const hashesOf = async (id: number) => (await trainingRows(hall.db, id)).map((row) => row.contentHash)
  const first = await importDataset(hall, by, { name: 'in place 1', path: folder })
  // Read a moment after it was written: the next change may carry the same time.
  const where = { root_path: { root: folder, path: 'a/changed.jpg' } }
  expect(await hall.db.importedFile.findUniqueOrThrow({ where })).toMatchObject({ changedMs: null })
  await rememberAsRead(folder, 'a/changed.jpg')
  expect(await hashesOf(first.id)).toContain(contentHash(padded(one)))

  await writeFile(file, padded(two))
  await utimes(file, then, then)
  const second = await importDataset(hall, by, { name: 'in place 2', path: folder })
  expect(await hashesOf(second.id)).toContain(contentHash(padded(two)))
  expect(await hashesOf(second.id)).not.toContain(contentHash(padded(one)))
})

const photos = shared('photos') ?? ''
const classes = ['cardboard', 'glass', 'metal', 'paper', 'plastic']
it.skipIf(!photos)('imports TrashNet (needs ../shared/photos)', { timeout: 120_000 }, async () => {
  const own = await openTestHall({ WASTEX_IMPORT_ROOTS: photos })
  const { id } = await importDataset(own, by, { name: 'v1', path: photos, classes })
  const version = await own.db.datasetVersion.findUniqueOrThrow({ where: { id } })
  const filesIn = async (name: string) => (await readdir(path.join(photos, name))).length
  const counts = await Promise.all(
    classes.map(async (classLabel) => ({ classLabel, count: await filesIn(classLabel) })),
  )
  // Two bottles are in plastic as well as in glass: the first by path is glass.
  expect(version.classCounts).toEqual(
    counts.map((one) => (one.classLabel === 'plastic' ? { ...one, count: one.count - 2 } : one)),
  )
  expect((await importReport(own.db, id))?.findings.twoLabels.examples).toEqual([
    { path: 'plastic/plastic152.jpg', classLabel: 'plastic', sameAs: 'glass/glass176.jpg', keptLabel: 'glass' },
    { path: 'plastic/plastic332.jpg', classLabel: 'plastic', sameAs: 'glass/glass389.jpg', keptLabel: 'glass' },
  ])
  const train =
    (version.splits as { split: string; count: number }[]).find(({ split }) => split === 'TRAIN')?.count ?? 0
  expect(Math.abs(train / version.totalImages - 0.7)).toBeLessThan(0.04)
  await own.close()
})
