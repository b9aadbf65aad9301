/** The review queue and its neighbours. */
import { notFound } from '../../errors.js'
import { whereOf } from '../../reviews/photo-filter.js'
import { type StagedClass as Staged, stagedClasses } from '../../reviews/staged-classes.js'
import { rawId } from '../ids.js'
import { by, connectionOf, type Keyset } from '../page.js'
import { visibleImages } from '../visible.js'
import { builder } from './builder.js'
import { OodReasonEnum, ReviewReasonEnum } from './enums.js'
import { Image, ImageConnection } from './image.js'
import { pageQuery } from './page-query.js'

/** Photos in order, and where a page of them ends. */
export const imageOrders = {
  OLDEST: { name: 'OLDEST', columns: [by('createdAt', 'date', 'asc'), by('id', 'uuid', 'asc')] },
  NEWEST: { name: 'NEWEST', columns: [by('createdAt', 'date', 'desc'), by('id', 'uuid', 'desc')] },
  HIGHEST_ENERGY: { name: 'HIGHEST_ENERGY', columns: [by('energy', 'float', 'desc'), by('id', 'uuid', 'asc')] },
  LOWEST_CONFIDENCE: {
    name: 'LOWEST_CONFIDENCE',
    columns: [by('confidence', 'float', 'asc'), by('id', 'uuid', 'asc')],
  },
  HIGHEST_NOVELTY: {
    name: 'HIGHEST_NOVELTY',
    columns: [by('novelty', 'float', 'desc', true), by('id', 'uuid', 'asc')],
  },
} as const satisfies Record<string, Keyset>

export const ImageOrder = builder.enumType('ImageOrder', {
  description: 'Which photos come first.',
  values: {
    OLDEST: { description: 'Those that have waited longest.' },
    NEWEST: { description: 'Those that came last.' },
    HIGHEST_ENERGY: { description: 'Those that no class supports.' },
    LOWEST_CONFIDENCE: { description: 'Those between classes.' },
    HIGHEST_NOVELTY: { description: 'Those least like anything the network has seen; those without a novelty last.' },
  } as const,
})

export const ImageFilter = builder.inputType('ImageFilter', {
  description: 'Which photos: all conditions that are given must hold.',
  fields: (t) => ({
    reviewed: t.boolean({ description: 'false: the queue. true: those an operator is done with.' }),
    staged: t.boolean({ description: 'Labelled and in no version yet, or not.' }),
    rejected: t.boolean({ description: 'Rejected, or not.' }),
    addedToDataset: t.boolean({ description: 'Taken in by a version, or not.' }),
    assignedLabel: t.string({ description: 'Labelled as this class.' }),
    topPrediction: t.string({ description: 'Thought most likely to be this class.' }),
    oodReason: t.field({
      type: OodReasonEnum,
      description: 'Out of distribution for this reason, perhaps among others.',
    }),
    reviewReason: t.field({
      type: ReviewReasonEnum,
      description: 'Kept for review for this reason, perhaps among others.',
    }),
  }),
})

builder.queryField('images', (t) =>
  t.connection(
    {
      type: Image,
      role: 'OPERATOR',
      description: 'Photos kept for review.',
      args: {
        filter: t.arg({ type: ImageFilter, description: 'Left out: all of them.' }),
        orderBy: t.arg({ type: ImageOrder, defaultValue: 'OLDEST', description: 'Which come first.' }),
      },
      resolve: (_root, args, context, info) => {
        const { db } = context.hall
        const filter = whereOf(args.filter ?? {})
        return connectionOf(args, imageOrders[args.orderBy ?? 'OLDEST'], {
          rows: ({ where, ...slice }) =>
            db.image.findMany({ ...pageQuery(context, info), ...slice, where: { AND: [filter, where] } }),
          count: () => db.image.count({ where: filter }),
        })
      },
    },
    ImageConnection,
  ),
)

builder.queryField('image', (t) =>
  t.prismaField({
    type: Image,
    role: 'DEVICE',
    nullable: true,
    description:
      'One photo kept for review. `NOT_FOUND` when there is none of that id; for a device also when another sent it first.',
    args: { id: t.arg.id({ required: true, description: 'Its global id.' }) },
    resolve: async (query, _root, { id }, { hall, actor }) => {
      const where = { id: rawId('Image', id, 'id'), AND: visibleImages(actor) }
      const image = await hall.db.image.findUnique({ ...query, where })
      if (!image) throw notFound('photo', id)
      return image
    },
  }),
)

const StagedClass = builder.objectRef<Staged>('StagedClass').implement({
  description: 'What is labelled so and in no version yet.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'The label.' }),
    count: t.exposeInt('count', { description: 'Photos.' }),
    relabelled: t.exposeInt('relabelled', {
      description: 'Of those, photos that the active version has under another label.',
    }),
    confirmed: t.exposeInt('confirmed', {
      description: 'Of those, photos that the active version has under this very label: nothing changes by them.',
    }),
  }),
})

builder.queryField('stagedClasses', (t) =>
  t.field({
    type: [StagedClass],
    role: 'OPERATOR',
    description: 'What is labelled and in no version yet, by label, most first: what `createVersion` would take in.',
    resolve: (_root, _args, { hall }) => stagedClasses(hall.db),
  }),
)
