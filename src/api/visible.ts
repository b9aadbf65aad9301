/** Which photos an actor may see: a device those that it sent first, everybody else all of them. */
import { type Actor, mayAct } from '../access/actor.js'
import type { Prisma } from '../db.js'

export function visibleImages(actor: Actor): Prisma.ImageWhereInput {
  if (mayAct(actor, 'OPERATOR')) return {}
  return actor.token ? { sentById: actor.token.id } : { id: { in: [] } }
}

export const visiblePhotos = (actor: Actor): Prisma.PhotoWhereInput =>
  mayAct(actor, 'OPERATOR') ? {} : { image: visibleImages(actor) }
