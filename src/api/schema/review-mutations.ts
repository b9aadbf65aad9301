/** What an operator does with a photo. The answer is the photo as it is afterwards. */
import type { Db } from '../../db.js'
import { badInput } from '../../errors.js'
import { longestName } from '../../reviews/class-name.js'
import { label } from '../../reviews/label.js'
import { labelMany } from '../../reviews/label-many.js'
import { markReviewed } from '../../reviews/mark-reviewed.js'
import { reject } from '../../reviews/reject.js'
import { unlabel } from '../../reviews/unlabel.js'
import { once } from '../once.js'
import { rawId } from '../ids.js'
import { builder } from './builder.js'
import { Image } from './image.js'

/** Photos that are labelled or claimed at once: one transaction holds them all. */
export const mostPhotos = 500

/** The photos, in this order. */
export async function imagesOf(db: Db, query: object, ids: readonly string[]) {
  const rows = await db.image.findMany({ ...query, where: { id: { in: [...ids] } } })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

const whereLabel = `Trimmed, compared without regard to case. A class that does not exist yet is introduced. 1 to ${longestName} characters, none of them invisible, but for joiners that a script or an emoji needs.`

builder.mutationFields((t) => ({
  markReviewed: t.prismaField({
    type: Image,
    role: 'OPERATOR',
    description:
      'Takes a photo out of the queue without a label. `CONFLICT` when it is in a version, or another token has it in hand (`claim`).',
    args: { id: t.arg.id({ required: true, description: 'The photo.' }) },
    resolve: async (query, _root, args, context, info) => {
      const { hall } = context
      const id = rawId('Image', args.id, 'id')
      await once(context, info, (by) => markReviewed(hall, by, id))
      return hall.db.image.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
  label: t.prismaField({
    type: Image,
    role: 'OPERATOR',
    description:
      'Says what a photo shows: it is reviewed and staged from then on. `CONFLICT` when it is in a version, or another token has it in hand (`claim`).',
    args: {
      id: t.arg.id({ required: true, description: 'The photo.' }),
      classLabel: t.arg.string({ required: true, description: whereLabel }),
    },
    resolve: async (query, _root, args, context, info) => {
      const { hall } = context
      const id = rawId('Image', args.id, 'id')
      await once(context, info, (by) => label(hall, by, id, args.classLabel))
      return hall.db.image.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
  labelMany: t.prismaField({
    type: [Image],
    role: 'OPERATOR',
    description:
      'Gives many photos one label: all of them, or none when one of them cannot be labelled: it is in a version, or another token has it in hand (`claim`).',
    args: {
      ids: t.arg.idList({ required: true, description: `The photos, at most ${mostPhotos}. Answered in this order.` }),
      classLabel: t.arg.string({ required: true, description: whereLabel }),
    },
    resolve: async (query, _root, args, context, info) => {
      const { hall } = context
      if (args.ids.length > mostPhotos) throw badInput('ids', `At most ${mostPhotos} photos at once.`)
      const ids = args.ids.map((id) => rawId('Image', id, 'ids'))
      await once(context, info, (by) => labelMany(hall, by, ids, args.classLabel))
      return imagesOf(hall.db, query, ids)
    },
  }),
  unlabel: t.prismaField({
    type: Image,
    role: 'OPERATOR',
    description:
      'Takes a label back: the photo returns to the queue. `CONFLICT` when it is in a version, or another token has it in hand (`claim`).',
    args: { id: t.arg.id({ required: true, description: 'The photo.' }) },
    resolve: async (query, _root, args, context, info) => {
      const { hall } = context
      const id = rawId('Image', args.id, 'id')
      await once(context, info, (by) => unlabel(hall, by, id))
      return hall.db.image.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
  reject: t.prismaField({
    type: Image,
    role: 'OPERATOR',
    description:
      'Not waste at all, or not usable: reviewed, never staged, kept as an example of what is out of distribution. `CONFLICT` when it is in a version, or another token has it in hand (`claim`).',
    args: { id: t.arg.id({ required: true, description: 'The photo.' }) },
    resolve: async (query, _root, args, context, info) => {
      const { hall } = context
      const id = rawId('Image', args.id, 'id')
      await once(context, info, (by) => reject(hall, by, id))
      return hall.db.image.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
}))
