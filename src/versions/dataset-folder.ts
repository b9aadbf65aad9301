/** How photos lie in a folder: in class folders, or in train, val and test folders of class folders. */
import type { Split } from '../db.js'
import { badInput, WasteXError } from '../errors.js'
import { readableBytes, readableName } from '../photos/path-text.js'
import type { PlaceOfPhoto } from '../photos/store.js'
import { checkedName, classKey } from '../reviews/class-name.js'
import { areSplits, listOf, refuseSplitsIn, splitOf } from './folder-layout.js'
import { LeftOut } from './left-out.js'
import type { ImportPlaces } from './import-place.js'
import { type FollowedLink, type Found, type FoundEntry, placeBelow, Walk } from './walk-folder.js'

export interface FoundFile {
  /** Relative to the dataset, with `/` between its parts, as of `pathText`; over links, if there are any. */
  readonly path: string
  /** The class folder's name, as it was first seen. */
  readonly classLabel: string
  /** The split folder it lies in, if there are any. */
  readonly split: Split | undefined
  /** Left out for a file that was reached over no link: then it lies in the dataset, at `path`. */
  readonly place?: PlaceOfPhoto
}

export interface DatasetFolder {
  /** In the order of paths (code units, as everywhere): it decides which of several duplicates stands for them. */
  readonly files: readonly FoundFile[]
  readonly leftOut: LeftOut
  /** Splits that have a folder; none when WasteX is to split. */
  readonly splits: ReadonlySet<Split>
  readonly classes: readonly FoundClass[]
  readonly links: readonly (FollowedLink & { readonly classLabel: string | undefined })[]
}

export interface FoundClass {
  readonly classLabel: string
  /** In any spelling. */
  readonly folders: FoundEntry[]
}

interface ClassFolder {
  readonly folder: FoundEntry
  readonly split: Split | undefined
}

/** That an import may name; left out, all are taken, however many there are. */
export const mostClasses = 1_000

const noClassFolder = 'It lies in no class folder, so it has no label.'
const notWanted = 'Its class is not among those that the import was limited to.'
const readAlready = 'It is the same folder as one that was read already for this class.'

const keyOf = (folder: string) => classKey(readableBytes(folder).normalize('NFC').trim())

/**
 * Lists a dataset without reading a file of it.
 * @param root the dataset's real path
 * @param places where links may lead
 * @param classes only these class folders, in any spelling; undefined: all
 * @throws WasteXError BAD_USER_INPUT
 */
export async function listDataset(
  root: string,
  places: ImportPlaces,
  classes: readonly string[] | undefined,
): Promise<DatasetFolder> {
  const leftOut = new LeftOut()
  const wanted = wantedOf(classes)
  const walk = new Walk(places, leftOut, (name) => wanted?.has(keyOf(name)) ?? false)
  const top = await lookInto(walk, walk.start(root))
  const isSplit = await areSplits(
    top.folders,
    wanted,
    keyOf,
    async (folder) => (await new Walk(places, new LeftOut(), () => true).look(folder)).folders,
  )
  const classFolders: ClassFolder[] = []
  for (const file of top.files) leftOut.unlabelled.add(file.path, noClassFolder)
  if (!isSplit) classFolders.push(...top.folders.map((folder) => ({ folder, split: undefined })))
  else
    for (const splitFolder of top.folders) {
      const inside = await lookInto(walk, splitFolder)
      if (inside.isEmpty) walk.ignoreEmpty(splitFolder)
      refuseSplitsIn(splitFolder.path, inside.folders, 'split')
      for (const file of inside.files) leftOut.unlabelled.add(file.path, noClassFolder)
      classFolders.push(...inside.folders.map((folder) => ({ folder, split: splitOf(splitFolder.name) })))
    }
  if (wanted) refuseMissing(wanted, classes ?? [], classFolders)

  const known = new Map<string, FoundClass>()
  const read = new Set<string>()
  const files: FoundFile[] = []
  for (const { folder, split } of classFolders) {
    const key = keyOf(folder.name)
    if (wanted && !wanted.has(key)) {
      await walk.ignore(folder, notWanted)
      continue
    }
    const own = known.get(key) ?? { classLabel: labelOf(folder), folders: [] }
    known.set(key, own)
    own.folders.push(folder)
    for (const file of await filesOf(walk, leftOut, folder, (real) => isNew(read, `${split} ${key} ${real}`)))
      files.push({
        path: file.path,
        classLabel: own.classLabel,
        split,
        ...(file.isLinked && { place: placeBelow(places.roots, file.real) }),
      })
  }
  const splits = new Set(files.flatMap(({ split }) => split ?? []))
  refuseTooFew(files, top.folders, leftOut)
  if (isSplit && !splits.has('TRAIN'))
    throw badInput('input.path', `There is no photo in a class folder of the train folder.${leftOut.inWords}`)
  const labelAt = new Map(classFolders.map(({ folder }) => [folder.path, known.get(keyOf(folder.name))?.classLabel]))
  const depth = isSplit ? 2 : 1
  return {
    files: files.sort(byPath),
    leftOut,
    splits,
    classes: [...known.values()],
    links: walk.links.map((link) => ({
      ...link,
      classLabel: labelAt.get(link.path.split('/').slice(0, depth).join('/')),
    })),
  }
}

/** @returns every file below a class folder. @param isNew whether a folder was not read before */
async function filesOf(
  walk: Walk,
  leftOut: LeftOut,
  classFolder: FoundEntry,
  isFirst: (real: string) => boolean,
): Promise<FoundEntry[]> {
  const files: FoundEntry[] = []
  const waiting = [classFolder]
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    if (!isFirst(folder.real)) {
      leftOut.ignored.add(folder.path, readAlready)
      continue
    }
    const isTop = folder === classFolder
    const found = isTop ? await lookInto(walk, folder) : await lookBelow(walk, leftOut, folder)
    if (!found) continue
    if (isTop) refuseSplitsIn(folder.path, found.folders, 'class')
    if (found.isEmpty) walk.ignoreEmpty(folder)
    files.push(...found.files)
    waiting.push(...found.folders.toReversed())
  }
  return files
}

/** @throws WasteXError BAD_USER_INPUT for a folder that is not ours to read, or has gone: unlike a file it may hold a whole class */
async function lookInto(walk: Walk, folder: FoundEntry): Promise<Found> {
  try {
    return await walk.look(folder)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const name = folder.path === '' ? 'It' : `The folder “${readableName(folder.path)}” in it`
    throw badInput('input.path', `${name} cannot be read by this server (${String(error.code)}).`)
  }
}

/** Deeper down: that folder alone is refused. */
async function lookBelow(walk: Walk, leftOut: LeftOut, folder: FoundEntry): Promise<Found | undefined> {
  try {
    return await walk.look(folder)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    leftOut.refused.add(folder.path, `The folder cannot be read by this server (${String(error.code)}).`)
    return undefined
  }
}

function labelOf({ name, path }: FoundEntry): string {
  try {
    return checkedName('input.path', readableBytes(name))
  } catch (error) {
    if (!(error instanceof WasteXError)) throw error
    const advice = 'Rename the folder, or leave it out by naming the others in “classes”.'
    throw badInput('input.path', `The folder “${readableName(path)}” cannot name a class. ${error.message} ${advice}`)
  }
}

function wantedOf(classes: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (classes && classes.length > mostClasses)
    throw badInput('input.classes', `At most ${mostClasses} class folders can be named.`)
  return classes && new Set(classes.map((name) => classKey(checkedName('input.classes', name))))
}

function refuseMissing(wanted: ReadonlySet<string>, classes: readonly string[], found: readonly ClassFolder[]): void {
  const there = new Set(found.map(({ folder }) => keyOf(folder.name)))
  if ([...wanted].every((key) => there.has(key))) return
  const missing = classes.filter((name) => !there.has(classKey(checkedName('input.classes', name))))
  const names = [...new Set(found.map(({ folder }) => folder.name))].sort().map((name) => ({ name }))
  throw badInput('input.classes', `There is no class folder ${missing.join(', ')}. There are: ${listOf(names)}.`)
}

function refuseTooFew(files: readonly FoundFile[], folders: readonly FoundEntry[], leftOut: LeftOut): void {
  const classCount = new Set(files.map((file) => file.classLabel)).size
  if (classCount >= 2) return
  const expected = 'Expected is a folder of class folders, or of train, val and test folders of class folders.'
  const found =
    folders.length === 0
      ? 'There are no folders in it.'
      : classCount === 0
        ? 'There is no photo in its folders.'
        : 'There are photos of one class only; a network needs two to tell apart.'
  throw badInput('input.path', `${found} ${expected}${leftOut.inWords}`)
}

function isNew(read: Set<string>, folder: string): boolean {
  const before = read.size
  return read.add(folder).size > before
}

/** Not `localeCompare`: the order must be the same on every machine. */
const byPath = (a: FoundFile, b: FoundFile) => (a.path < b.path ? -1 : 1)
