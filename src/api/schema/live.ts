/** News for whoever watches. A watcher that falls far behind is let go, and comes back. */
import { builder } from './builder.js'
import { ClassCount } from './counts.js'
import { Image } from './image.js'
import { TrainingRun } from './run.js'

builder.subscriptionFields((t) => ({
  imageQueued: t.prismaField({
    type: Image,
    role: 'OPERATOR',
    description: 'Each photo that enters the review queue for the first time.',
    subscribe: (_root, _args, { hall }) => hall.events.subscribe('imageQueued'),
    resolve: (query, { id }, _args, { hall }) => hall.db.image.findUniqueOrThrow({ ...query, where: { id } }),
  }),
  trashCounted: t.field({
    type: ClassCount,
    role: 'OPERATOR',
    description: 'Each in-distribution photo that is counted: its class, and that class’s count since the beginning.',
    subscribe: (_root, _args, { hall }) => hall.events.subscribe('trashCounted'),
    resolve: (counted) => counted,
  }),
  modelPromoted: t.prismaField({
    type: TrainingRun,
    role: 'OPERATOR',
    description: 'Each run that begins to serve.',
    subscribe: (_root, _args, { hall }) => hall.events.subscribe('modelPromoted'),
    resolve: (query, { runId }, _args, { hall }) =>
      hall.db.trainingRun.findUniqueOrThrow({ ...query, where: { id: runId } }),
  }),
}))
