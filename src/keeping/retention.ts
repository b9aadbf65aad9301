/** Photos that nobody needs any more go by themselves: rejected ones and those that nobody has labelled, after a set time. */
import type { Prisma } from '../db.js'
import type { Hall } from '../hall.js'
import { uploadsRoot } from '../photos/store.js'
import { system } from '../access/doer.js'
import { erasePhoto, finishErasing } from './erase.js'

const everyMs = 3_600_000
const dayMs = 86_400_000
const photosAtOnce = 100

/** Looks now and once an hour. @returns a function that stops it, after the photo in hand */
export async function startRetention(hall: Hall): Promise<() => Promise<void>> {
  let isStopped = false
  const look = async () => {
    try {
      await finishErasing(hall)
      const erased = await eraseUnlabelled(hall, new Date(), () => isStopped)
      if (erased > 0) hall.log.info({ erased }, 'photos went whose time was over')
    } catch (error) {
      hall.log.error({ error }, 'photos whose time is over could not all be erased; tried again in an hour')
    }
  }
  let looking = look()
  const timer = setInterval(() => {
    looking = looking.then(look)
  }, everyMs).unref()
  await looking
  return async () => {
    isStopped = true
    clearInterval(timer)
    await looking
  }
}

/** @returns how many. */
export async function eraseUnlabelled(hall: Hall, now: Date, isStopped: () => boolean = () => false): Promise<number> {
  const { keepUnlabelledDays: days } = hall.config
  if (days === undefined) return 0
  const over: Prisma.ImageWhereInput = {
    createdAt: { lt: new Date(now.getTime() - days * dayMs) },
    addedToDataset: false,
    staged: false,
    assignedLabel: null,
    photo: { erasedAt: null, root: uploadsRoot },
  }
  let erased = 0
  for (;;) {
    const some = await hall.db.image.findMany({ where: over, take: photosAtOnce, select: { id: true } })
    for (const { id } of some) {
      if (isStopped()) return erased
      if (await erasePhoto(hall, system, id, over)) erased++
    }
    if (some.length < photosAtOnce) return erased
  }
}
