/** How photos lie in a folder: in class folders, or in train, val and test folders of class folders. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Split } from '../db.js'
import { badInput } from '../errors.js'
import { checkedName, classKey } from '../reviews/class-name.js'

export interface FoundFile {
  /** Relative to the dataset, with `/` between its parts. */
  readonly path: string
  /** The class folder's name, as it was first seen. */
  readonly classLabel: string
  /** The split folder it lies in, if there are any. */
  readonly split: Split | undefined
}

export interface DatasetFolder {
  /** In the order of paths (code units, as everywhere): it decides which of several duplicates stands for them. */
  readonly files: readonly FoundFile[]
  /** Files beside the photos that say nothing about waste: read-me files, lists, links. */
  readonly ignored: readonly string[]
  /** Splits that have a folder; none when WasteX is to split. */
  readonly splits: ReadonlySet<Split>
}

/** That an import may name; left out, all are taken, however many there are. */
export const mostClasses = 1_000

const splitFolders: Readonly<Record<string, Split>> = {
  train: 'TRAIN',
  training: 'TRAIN',
  val: 'VAL',
  valid: 'VAL',
  validation: 'VAL',
  test: 'TEST',
  testing: 'TEST',
}
const splitOf = (folder: string): Split | undefined => splitFolders[folder.toLowerCase()]

/** What lies beside photos in datasets. Anything else is read, and refused with a reason if it is no photo. */
const besidePhotos =
  /\.(txt|md|rst|pdf|csv|tsv|json|jsonl|xml|ya?ml|html?|py|ipynb|sh|log|ini|db|pbtxt|zip|gz|tar)$|^(readme|licen[cs]e)$/i
const isHidden = (name: string) => name.startsWith('.') || name === '__MACOSX' || name === '@eaDir'

/**
 * Lists a dataset without reading a file of it. Links are never followed.
 * @param classes only these class folders, in any spelling; undefined: all
 * @throws WasteXError BAD_USER_INPUT
 */
export async function listDataset(root: string, classes: readonly string[] | undefined): Promise<DatasetFolder> {
  const folders = await foldersIn(root)
  const splitNames = folders.filter(splitOf)
  const isSplit = splitNames.some((name) => splitOf(name) === 'TRAIN') && splitNames.length > 1
  if (isSplit && splitNames.length < folders.length) {
    const others = folders.filter((name) => !splitOf(name)).join(', ')
    throw badInput('input.path', `Beside ${splitNames.join(', ')} there are folders that are no split: ${others}.`)
  }
  const classFolders = isSplit
    ? (
        await Promise.all(splitNames.map(async (split) => (await foldersIn(root, split)).map((name) => [split, name])))
      ).flat()
    : folders.map((name) => [name])
  const wanted = await wantedOf(
    classFolders.map((parts) => parts.at(-1) ?? ''),
    classes,
  )
  const spelling = new Map<string, string>()
  const files: FoundFile[] = []
  const ignored: string[] = []
  for (const parts of classFolders) {
    const name = parts.at(-1) ?? ''
    const key = classKey(name)
    if (!wanted(key)) continue
    const classLabel = spelling.get(key) ?? checkedName('input.path', name)
    spelling.set(key, classLabel)
    const found = await filesBelow(root, parts)
    const split = isSplit ? splitOf(parts[0] ?? '') : undefined
    files.push(...found.photos.map((file) => ({ path: file, classLabel, split })))
    ignored.push(...found.ignored)
  }
  const classCount = new Set(files.map((file) => file.classLabel)).size
  if (classCount < 2) throw tooFew(classCount, folders)
  return {
    files: files.sort(byPath),
    ignored: ignored.sort(),
    splits: new Set(files.flatMap(({ split }) => split ?? [])),
  }
}

function tooFew(classCount: number, folders: readonly string[]): Error {
  const expected = 'Expected is a folder of class folders, or of train, val and test folders of class folders.'
  if (folders.length === 0) return badInput('input.path', `There are no folders in it. ${expected}`)
  if (classCount === 0) return badInput('input.path', `There is no photo in its folders. ${expected}`)
  return badInput('input.path', `There are photos of one class only; a network needs two to tell apart. ${expected}`)
}

async function wantedOf(found: readonly string[], classes: readonly string[] | undefined) {
  if (!classes) return () => true
  if (classes.length > mostClasses)
    throw badInput('input.classes', `At most ${mostClasses} class folders can be named.`)
  const keys = new Set(classes.map((name) => classKey(checkedName('input.classes', name))))
  const there = new Set(found.map(classKey))
  const missing = classes.filter((name) => !there.has(classKey(checkedName('input.classes', name))))
  if (missing.length > 0) {
    const names = [...new Set(found)].sort().join(', ')
    throw badInput('input.classes', `There is no class folder ${missing.join(', ')}. There are: ${names}.`)
  }
  return (key: string) => keys.has(key)
}

/** @throws WasteXError BAD_USER_INPUT for a folder that is not ours to read, or has gone: unlike a file it may hold a whole class */
async function listed(root: string, parts: readonly string[]) {
  try {
    return await readdir(path.join(root, ...parts), { withFileTypes: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const name = parts.length > 0 ? `The folder “${parts.join('/')}” in it` : 'It'
    throw badInput('input.path', `${name} cannot be read by this server (${String(error.code)}).`)
  }
}

async function foldersIn(root: string, ...parts: string[]): Promise<string[]> {
  const entries = await listed(root, parts)
  return entries
    .filter((entry) => entry.isDirectory() && !isHidden(entry.name))
    .map((entry) => entry.name)
    .sort()
}

async function filesBelow(root: string, parts: readonly string[]) {
  const photos: string[] = []
  const ignored: string[] = []
  const waiting = [parts]
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    for (const entry of await listed(root, folder)) {
      if (isHidden(entry.name)) continue
      const below = [...folder, entry.name]
      if (entry.isDirectory()) waiting.push(below)
      else if (entry.isFile() && !besidePhotos.test(entry.name)) photos.push(below.join('/'))
      else ignored.push(below.join('/'))
    }
  }
  return { photos, ignored }
}

/** Not `localeCompare`: the order must be the same on every machine. */
const byPath = (a: FoundFile, b: FoundFile) => (a.path < b.path ? -1 : 1)
