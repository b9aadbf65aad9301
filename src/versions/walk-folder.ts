/**
 * Looks into the folders of a dataset. Links are followed to what lies below the import roots; each folder that is entered is opened
 * at its real place (open-unlinked.ts).
 */
import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { filePath, pathText, realPathText } from '../photos/path-text.js'
import type { PlaceOfPhoto } from '../photos/store.js'
import { type ImportPlaces, isWithin, mayBeRead } from './import-place.js'
import { hidden, isHidden, whyIgnoredFile, whyIgnoredFolder } from './ignored-names.js'
import type { LeftOut } from './left-out.js'
import { readUnlinkedFolder } from './open-unlinked.js'

/** An entry that is to be read or entered. */
export interface FoundEntry {
  readonly name: string
  /** As it was reached, relative to the dataset, with `/` between its parts. */
  readonly path: string
  /** Absolute, without links. */
  readonly real: string
  /** It was reached over a link; its own name, or a folder's above it. */
  readonly isLinked: boolean
  /** Real paths of the folders that it lies in, itself included if it is one. */
  readonly within: readonly string[]
}

export interface Found {
  readonly folders: readonly FoundEntry[]
  readonly files: readonly FoundEntry[]
  /** Whether nothing at all is in it. */
  readonly isEmpty: boolean
}

const reasons = {
  outside:
    'This link leads nowhere, to a folder of this server itself, or to a place where WASTEX_IMPORT_ROOTS does not allow reading.',
  own: 'It is a folder of this server itself: its photos, its models or its programs.',
  cycle: 'This link leads back to a folder that it lies in.',
  changed: 'It became a link while the folder was read. Import it again.',
  special: 'It is no file: a pipe, a socket or a device.',
  empty: 'The folder is empty.',
} as const

export interface FollowedLink {
  readonly path: string
  /** Of a folder, below its import root. The name of a file is told nowhere but where the file is. */
  readonly target: string | undefined
}

export class Walk {
  readonly links: FollowedLink[] = []

  constructor(
    private readonly places: ImportPlaces,
    private readonly leftOut: LeftOut,
    /** Class folders that the client names: no name of theirs is taken for a bin. */
    private readonly isNamed: (folder: string) => boolean,
  ) {}

  /** @param root the dataset's real path */
  readonly start = (root: string): FoundEntry => ({ name: '', path: '', real: root, isLinked: false, within: [root] })

  /**
   * What is in a folder, in the order of names (code units, as everywhere). What is neither file nor folder is left out here.
   * @throws the file system's error, when the folder cannot be read
   */
  async look(folder: FoundEntry): Promise<Found> {
    const entries = await readUnlinkedFolder(folder.real)
    if (!entries) {
      this.leftOut.refused.add(folder.path, reasons.changed)
      return { folders: [], files: [], isEmpty: false }
    }
    const named = entries.map((entry) => ({ entry, name: pathText(entry.name) })).sort(byName)
    const [folders, files]: [FoundEntry[], FoundEntry[]] = [[], []]
    for (const { entry, name } of named) {
      const below = folder.path === '' ? name : `${folder.path}/${name}`
      const real = path.join(folder.real, name)
      const here = { name, path: below, real, isLinked: folder.isLinked, within: folder.within }
      if (entry.isSymbolicLink()) await this.follow(here, folders, files)
      else if (entry.isDirectory()) await this.takeFolder({ ...here, within: [...folder.within, real] }, folders)
      else if (entry.isFile()) this.takeFile(here, files)
      else this.leftOut.ignored.add(below, reasons.special)
    }
    return { folders, files, isEmpty: entries.length === 0 }
  }

  /** Counts what is in a folder, and opens no file of it. */
  async ignore(folder: FoundEntry, reason: string): Promise<void> {
    this.leftOut.ignored.add(folder.path, reason, await countEntries(folder.real))
  }

  readonly ignoreEmpty = (folder: FoundEntry): void => this.leftOut.ignored.add(folder.path, reasons.empty)

  private takeFile(file: FoundEntry, files: FoundEntry[]): void {
    const reason = whyIgnoredFile(file.name)
    if (reason === undefined) files.push(file)
    else this.leftOut.ignored.add(file.path, reason)
  }

  private async takeFolder(folder: FoundEntry, folders: FoundEntry[]): Promise<void> {
    if (!mayBeRead(this.places, folder.real)) return this.leftOut.ignored.add(folder.path, reasons.own)
    // One that cannot be read is found out when it is entered.
    const inside = async () =>
      ((await readUnlinkedFolder(folder.real).catch(() => undefined)) ?? []).map(({ name }) => pathText(name))
    const reason = this.isNamed(folder.name) ? undefined : await whyIgnoredFolder(folder.name, inside)
    if (reason === undefined) folders.push(folder)
    else await this.ignore(folder, reason)
  }

  private async follow(link: FoundEntry, folders: FoundEntry[], files: FoundEntry[]): Promise<void> {
    if (isHidden(link.name)) return this.leftOut.ignored.add(link.path, hidden)
    const real = await realPathText(link.real).catch(() => undefined)
    const facts =
      real !== undefined && mayBeRead(this.places, real)
        ? await lstat(filePath(real)).catch(() => undefined)
        : undefined
    if (real === undefined || !facts) return this.leftOut.refused.add(link.path, reasons.outside)
    const target = { ...link, real, isLinked: true }
    if (!facts.isFile() && !facts.isDirectory()) return this.leftOut.ignored.add(link.path, reasons.special)
    if (link.within.some((folder) => isWithin(real, folder))) return this.leftOut.refused.add(link.path, reasons.cycle)
    this.links.push({ path: link.path, target: facts.isFile() ? undefined : placeBelow(this.places.roots, real).path })
    if (facts.isFile()) this.takeFile(target, files)
    else await this.takeFolder({ ...target, within: [...link.within, real] }, folders)
  }
}

/** Where a file that was reached over links lies: below an import root, so that it is found there also when the link is gone. */
export function placeBelow(roots: readonly string[], real: string): PlaceOfPhoto {
  const root = roots.find((one) => isWithin(one, real)) ?? path.dirname(real)
  return { root, path: path.relative(root, real) }
}

/** Files, links and empty folders below it. One that cannot be read counts as one. */
async function countEntries(folder: string): Promise<number> {
  let count = 0
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entries = (await readUnlinkedFolder(next).catch(() => undefined)) ?? []
    if (entries.length === 0) count++
    for (const entry of entries) {
      if (entry.isDirectory()) waiting.push(path.join(next, pathText(entry.name)))
      else count++
    }
  }
  return count
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
