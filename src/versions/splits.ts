/**
 * Which photos are for training, for validation, for testing: 70, 15 and 15 %, decided by content alone, so that the order of
 * files does not matter and a photo is on the same side in every version. Near copies go together: a copy of a test photo
 * in the training set would be an answer given away. A network cannot learn a class without a training photo, so every class
 * gets one before any split has its share.
 */
import type { Split } from '../db.js'

/** Alphabetical, as they are shown. */
export const splits = ['TEST', 'TRAIN', 'VAL'] as const satisfies readonly Split[]

const trainShare = 0.7
const valShare = 0.15
/** A class with fewer photos cannot be in every split. */
const enough = splits.length

export interface PhotoToSplit {
  readonly contentHash: string
  readonly classLabel: string
  /** Photos of one group are near copies: equal numbers, equal groups. */
  readonly group: number
  /** Split that its near copy in the parent has: the whole group's, then. */
  readonly given?: Split | undefined
}

interface Group {
  readonly photos: PhotoToSplit[]
  /** The smallest of its content hashes stands for it. */
  readonly hash: string
  split: Split
  readonly movable: boolean
}

/** How many photos of a class a split has. */
export type ClassCounts = Map<string, Map<Split, number>>

/**
 * A class gets a training photo first. With three photos or more it also gets one in each other split, as far as its near copies
 * allow.
 * @param existing what the parent has of each class; a split that has some needs no new ones
 * @returns a split for each photo, in the order they were given
 */
export function assignSplits(photos: readonly PhotoToSplit[], existing: ClassCounts = new Map()): Split[] {
  const groups = gathered(photos)
  const counts: ClassCounts = new Map([...existing].map(([label, bySplit]) => [label, new Map(bySplit)]))
  const add = (group: Group, split: Split, sign: 1 | -1) => {
    for (const { classLabel } of group.photos) {
      const bySplit = counts.get(classLabel) ?? new Map<Split, number>()
      bySplit.set(split, (bySplit.get(split) ?? 0) + sign)
      counts.set(classLabel, bySplit)
    }
  }
  for (const group of groups) add(group, group.split, 1)
  const movable = groups.filter((group) => group.movable)
  // Small groups move first: they disturb the shares least.
  movable.sort((a, b) => a.photos.length - b.photos.length || (a.hash < b.hash ? -1 : 1))
  const countOf = (label: string, split: Split) => counts.get(label)?.get(split) ?? 0
  const fill = (label: string, target: Split) => {
    if (countOf(label, target) > 0) return
    const own = movable.filter((group) => group.photos.some(({ classLabel }) => classLabel === label))
    const free = own.filter((group) => mayLeave(group, counts))
    const candidates = target === 'TRAIN' && free.length === 0 ? own : free
    // From where most of the class is.
    const group = candidates.sort((a, b) => countOf(label, b.split) - countOf(label, a.split)).at(0)
    if (!group) return
    add(group, group.split, -1)
    group.split = target
    add(group, target, 1)
  }
  const labels = [...new Set(photos.map((photo) => photo.classLabel))].sort()
  for (const label of labels) fill(label, 'TRAIN')
  for (const label of labels) {
    const all = splits.reduce((sum, split) => sum + countOf(label, split), 0)
    if (all >= enough) for (const target of splits) fill(label, target)
  }
  const splitOf = new Map(groups.flatMap((group) => group.photos.map((photo) => [photo, group.split] as const)))
  return photos.map((photo) => splitOf.get(photo) ?? 'TRAIN')
}

/** Whether no class of the group would lose its last photo in that split. */
function mayLeave(group: Group, counts: ClassCounts): boolean {
  const own = new Map<string, number>()
  for (const { classLabel } of group.photos) own.set(classLabel, (own.get(classLabel) ?? 0) + 1)
  return [...own].every(([other, count]) => (counts.get(other)?.get(group.split) ?? 0) > count)
}

function gathered(photos: readonly PhotoToSplit[]): Group[] {
  const byGroup = new Map<number, PhotoToSplit[]>()
  for (const photo of photos) {
    const members = byGroup.get(photo.group)
    if (members) members.push(photo)
    else byGroup.set(photo.group, [photo])
  }
  return [...byGroup.values()].map((members) => {
    const hashes = members.map((photo) => photo.contentHash).sort()
    const [hash = ''] = hashes
    // Several may be given where near copies of copies meet: that of the smallest hash, whatever the order.
    const given = members
      .filter((photo) => photo.given)
      .sort((a, b) => (a.contentHash < b.contentHash ? -1 : 1))
      .at(0)?.given
    return { photos: members, hash, split: given ?? splitOfContent(hash), movable: given === undefined }
  })
}

/** The second eight digits of the hash, as a number from 0 to 1: the first ones of a smallest hash are not evenly spread. */
export function splitOfContent(contentHash: string): Split {
  const place = Number.parseInt(contentHash.slice(8, 16), 16) / 2 ** 32
  if (place < trainShare) return 'TRAIN'
  return place < trainShare + valShare ? 'VAL' : 'TEST'
}
