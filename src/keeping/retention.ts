/** Photos that nobody needs any more go by themselves: rejected ones and those that nobody has labelled, after a set time. */
import type { Prisma } from '../db.js'
import type { Hall } from '../hall.js'
import { uploadsRoot } from '../photos/store.js'
import { system } from '../access/doer.js'
import { erasePhotoIf } from './erase.js'

const dayMs = 86_400_000
const photosAtOnce = 100

/** @returns how many. */
export async function eraseUnlabelled(hall: Hall, now: Date, isStopped: () => boolean = () => false): Promise<number> {
  const { keepUnlabelledDays: days } = hall.config
  if (days === undefined) return 0
  const over: Prisma.PhotoWhereInput = {
    erasedAt: null,
    root: uploadsRoot,
    // What an import has read as well is its dataset's, also where its bytes are those that a phone sent first.
    entries: { none: {} },
    files: { none: {} },
    image: {
      createdAt: { lt: new Date(now.getTime() - days * dayMs) },
      addedToDataset: false,
      staged: false,
      assignedLabel: null,
    },
  }
  let erased = 0
  for (;;) {
    const some = await hall.db.photo.findMany({ where: over, take: photosAtOnce, select: { id: true } })
    for (const { id } of some) {
      if (isStopped()) return erased
      if (await erasePhotoIf(hall, system, id, over)) erased++
    }
    if (some.length < photosAtOnce) return erased
  }
}
