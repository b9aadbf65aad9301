/** Who has which photos of the queue in hand. */
import { badInput } from '../../errors.js'
import { claim, claimLimits, claimNext, release, releaseAnybodys } from '../../reviews/claims.js'
import { databaseNow } from '../database-clock.js'
import { rawId } from '../ids.js'
import { once } from '../once.js'
import { builder } from './builder.js'
import { Image } from './image.js'
import { ImageFilter, ImageOrder, imageOrders } from './image-queries.js'
import { imagesOf, mostPhotos } from './review-mutations.js'

const leaseSeconds = claimLimits.leaseMs / 1_000

const Claim = builder.objectRef<{ by: string; desk: string; until: Date }>('Claim').implement({
  description: `A photo in somebody’s hand: another token cannot label, reject or mark it, and is given others. It ends by itself after ${leaseSeconds} s, unless it is asked for again.`,
  fields: (t) => ({
    by: t.exposeString('by', { description: 'Name of the token; `anybody` where nobody signs in.' }),
    desk: t.exposeString('desk', { description: 'At which of its desks, as that one calls itself.' }),
    until: t.expose('until', { type: 'DateTime', description: 'When it ends, if it is not asked for again.' }),
  }),
})

builder.prismaObjectField(Image, 'claim', (t) =>
  t.field({
    type: Claim,
    role: 'OPERATOR',
    nullable: true,
    description:
      'Who has it in hand. Null while nobody has, and from the moment on when a claim has run out: that is told to nobody (`imageChanged`).',
    select: { claimedBy: { select: { name: true } } },
    resolve: async ({ claimedBy, claimedDesk, claimedUntil }, _args, { hall }) =>
      claimedDesk !== null && claimedUntil !== null && claimedUntil > (await databaseNow(hall))
        ? { by: claimedBy?.name ?? 'anybody', desk: claimedDesk, until: claimedUntil }
        : null,
  }),
)

const whatDesk = `Where somebody sits, by the client’s own choice: one for each tab of a browser, a random UUID at best. 1 to ${claimLimits.desk} visible ASCII characters.`

const rawIds = (ids: readonly string[]): string[] => {
  if (ids.length > mostPhotos) throw badInput('ids', `At most ${mostPhotos} photos at once.`)
  return ids.map((id) => rawId('Image', id, 'ids'))
}

builder.mutationFields((t) => ({
  claimNext: t.prismaField({
    type: [Image],
    role: 'OPERATOR',
    description: `Gives a desk the next photos of the queue, to itself, for ${leaseSeconds} s: first those that it has already, whose time begins anew, then those that nobody has. No two desks are given the same photo. A photo that leaves the queue is let go.`,
    args: {
      desk: t.arg.string({ required: true, description: whatDesk }),
      first: t.arg.int({
        defaultValue: 10,
        description: `How many: 0 to ${claimLimits.next} (more is cut to that). Null: as if left out.`,
      }),
      filter: t.arg({ type: ImageFilter, description: 'Which of the queue. Left out: all of it.' }),
      orderBy: t.arg({ type: ImageOrder, defaultValue: 'OLDEST', description: 'Which come first.' }),
    },
    resolve: async (query, _root, { desk, first, filter, orderBy }, context, info) => {
      const { hall } = context
      const wanted = { first: first ?? 10, filter: filter ?? {}, order: imageOrders[orderBy ?? 'OLDEST'].columns }
      const ids = await once(context, info, (by) => claimNext(hall, by, desk, wanted))
      return imagesOf(hall.db, query, ids)
    },
  }),
  claim: t.prismaField({
    type: [Image],
    role: 'OPERATOR',
    description: `Gives a desk these photos, to itself, for ${leaseSeconds} s: those of them that are in the queue and in nobody else’s hand. The others are left out.`,
    args: {
      desk: t.arg.string({ required: true, description: whatDesk }),
      ids: t.arg.idList({ required: true, description: `The photos, at most ${mostPhotos}.` }),
    },
    resolve: async (query, _root, { desk, ids }, context, info) => {
      const { hall } = context
      const wanted = rawIds(ids)
      return imagesOf(hall.db, query, await once(context, info, (by) => claim(hall, by, desk, wanted)))
    },
  }),
  release: t.int({
    role: 'OPERATOR',
    description: 'Lets photos of a desk go before their time. Answers how many they were.',
    args: {
      desk: t.arg.string({ required: true, description: whatDesk }),
      ids: t.arg.idList({ description: `The photos, at most ${mostPhotos}. Left out: all that the desk has.` }),
    },
    resolve: (_root, { desk, ids }, context, info) => {
      const wanted = ids ? rawIds(ids) : undefined
      return once(context, info, (by) => release(context.hall, by, desk, wanted))
    },
  }),
  releaseClaims: t.int({
    role: 'ADMIN',
    description: 'Ends the claims on these photos, whoever holds them. Returns how many claims ended.',
    args: { ids: t.arg.idList({ required: true, description: `The photos, at most ${mostPhotos}.` }) },
    resolve: (_root, { ids }, context, info) => {
      const wanted = rawIds(ids)
      return once(context, info, (by) => releaseAnybodys(context.hall, by, wanted))
    },
  }),
}))
