/**
 * All near copies among many photos, exactly, without comparing each with each: multi-index hashing (Norouzi, Punjani,
 * Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", 2012). Hashes that differ in at most 40 of 256 bits
 * differ in at most 2 bits of at least one of 14 bands (14 * 3 > 40); so only photos that nearly share a band are compared.
 * 100,000 random hashes take seconds, where all pairs would take a minute. The same bands are an index in the database
 * (migration `near_copies`), for a few new photos against all of a version.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { hashBits, hashWords, nearCopyRadius, ones } from './perceptual-hash.js'

export const bands = 14
const bandRadius = Math.floor(nearCopyRadius / bands)
const words = hashBits / 32
/** The event loop gets its turn after so many photos. */
const photosABreath = 500

/** First bit of a band, counted from the hash's left. */
const startOf = (band: number) => Math.floor((band * hashBits) / bands)

/**
 * Photos that are connected by near copies are one group.
 * @returns for each hash the smallest index in its group
 */
export async function nearCopyGroups(hashes: readonly string[]): Promise<Uint32Array> {
  // Equal hashes first: a thousand copies of one photo are a thousand lookups, not a million pairs.
  const firstWith = new Map<string, number>()
  const parent = new Uint32Array(hashes.length)
  hashes.forEach((hash, i) => {
    const first = firstWith.get(hash) ?? i
    parent[i] = first
    if (first === i) firstWith.set(hash, i)
  })
  const find = (i: number): number => {
    let root = i
    while (parent[root] !== root) root = parent[root] ?? root
    while (parent[i] !== root) [i, parent[i]] = [parent[i] ?? root, root]
    return root
  }
  const distinct = [...firstWith.values()]
  await forEachNearPair([...firstWith.keys()], (a, b) => {
    const left = find(distinct[a] ?? 0)
    const right = find(distinct[b] ?? 0)
    if (left !== right) parent[Math.max(left, right)] = Math.min(left, right)
  })
  return parent.map((_, i) => find(i))
}

/** Calls `tell` for every pair within the radius, a < b, perhaps more than once. */
export async function forEachNearPair(hashes: readonly string[], tell: (a: number, b: number) => void): Promise<void> {
  const all = new Uint32Array(hashes.length * words)
  hashes.forEach((hash, i) => all.set(hashWords(hash), i * words))
  const near = (a: number, b: number) => {
    let distance = 0
    for (let w = 0; w < words && distance <= nearCopyRadius; w++)
      distance += ones((all[a * words + w] ?? 0) ^ (all[b * words + w] ?? 0))
    return distance <= nearCopyRadius
  }
  for (let band = 0; band < bands; band++) {
    const width = startOf(band + 1) - startOf(band)
    const keys = keysOf(all, startOf(band), width)
    const { starts, members } = buckets(keys, width)
    const masks = masksOf(width)
    for (let a = 0; a < keys.length; a++) {
      if (a % photosABreath === 0) await breathe()
      const key = keys[a] ?? 0
      for (const mask of masks) {
        const first = starts[key ^ mask] ?? 0
        // Members are in ascending order: from the end, as long as they come after `a`.
        for (let at = (starts[(key ^ mask) + 1] ?? 0) - 1; at >= first; at--) {
          const b = members[at] ?? 0
          if (b <= a) break
          if (near(a, b)) tell(a, b)
        }
      }
    }
  }
}

/** The band's bits of every hash. */
function keysOf(all: Uint32Array, start: number, width: number): Uint32Array {
  const word = Math.floor(start / 32)
  const shift = 64 - (start % 32) - width
  return Uint32Array.from({ length: all.length / words }, (_, i) => {
    const left = all[i * words + word] ?? 0
    // A band spans at most two words; past the last one, `shift` is 32 or more and the right one does not matter.
    const right = word + 1 < words ? (all[i * words + word + 1] ?? 0) : 0
    const bits = shift >= 32 ? left >>> (shift - 32) : (left << (32 - shift)) | (right >>> shift)
    return bits & (2 ** width - 1)
  })
}

/** Counting sort: the members of key k are members[starts[k]] up to members[starts[k + 1]]. */
function buckets(keys: Uint32Array, width: number) {
  const starts = new Uint32Array(2 ** width + 1)
  for (const key of keys) starts[key + 1] = (starts[key + 1] ?? 0) + 1
  for (let key = 0; key < 2 ** width; key++) starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0)
  const next = starts.slice()
  const members = new Uint32Array(keys.length)
  keys.forEach((key, i) => {
    const at = next[key] ?? 0
    members[at] = i
    next[key] = at + 1
  })
  return { starts, members }
}

/** All patterns of at most two set bits. */
function masksOf(width: number): number[] {
  const masks = [0]
  for (let i = 0; i < width; i++) {
    masks.push(1 << i)
    for (let j = 0; j < i && bandRadius >= 2; j++) masks.push((1 << i) | (1 << j))
  }
  return masks
}
