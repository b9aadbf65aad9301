/** News for whoever watches. A watcher that falls far behind, or for whom something may have been lost, is let go, and comes back. */
import { builder } from './builder.js'
import { ClassCount } from './counts.js'
import { Image } from './image.js'
import { TrainingRun } from './run.js'

const mayEnd = 'Completes when news may have been lost: subscribe again, then look at what there is:'

builder.subscriptionFields((t) => ({
  imageQueued: t.prismaField({
    type: Image,
    role: 'OPERATOR',
    description: `Each photo that enters the review queue for the first time. ${mayEnd} \`images\` has them all.`,
    subscribe: (_root, _args, { hall }) => hall.events.subscribe('imageQueued'),
    resolve: (query, { id }, _args, { hall }) => hall.db.image.findUniqueOrThrow({ ...query, where: { id } }),
  }),
  imageChanged: t.prismaField({
    type: Image,
    role: 'OPERATOR',
    description: `Each photo of review that is claimed (or claimed for longer), let go, labelled, rejected, marked as reviewed, put back, disputed or erased, as it is when it is told. A claim that runs out is told to nobody: \`claim.until\` says when. ${mayEnd} \`images\` has them all.`,
    subscribe: (_root, _args, { hall }) => hall.events.subscribe('imageChanged'),
    resolve: (query, { id }, _args, { hall }) => hall.db.image.findUniqueOrThrow({ ...query, where: { id } }),
  }),
  trashCounted: t.field({
    type: ClassCount,
    role: 'OPERATOR',
    description: `Each in-distribution photo that is counted: its class, and that class’s count since the beginning. ${mayEnd} \`trashCounts\` has them all.`,
    subscribe: (_root, _args, { hall }) => hall.events.subscribe('trashCounted'),
    resolve: (counted) => counted,
  }),
  trainingRunChanged: t.prismaField({
    type: TrainingRun,
    role: 'OPERATOR',
    description: `Each run that is started, runs, ends or goes on, as it is when it is told; \`trainingEvents\` tells what happens in it. ${mayEnd} \`trainingRuns\` has them all.`,
    subscribe: (_root, _args, { hall }) => hall.events.subscribe('runChanged'),
    resolve: (query, { runId }, _args, { hall }) =>
      hall.db.trainingRun.findUniqueOrThrow({ ...query, where: { id: runId } }),
  }),
  modelPromoted: t.prismaField({
    type: TrainingRun,
    role: 'OPERATOR',
    description: `Each run that begins to serve. ${mayEnd} \`servingModel\` says which serves.`,
    subscribe: (_root, _args, { hall }) => hall.events.subscribe('modelPromoted'),
    resolve: (query, { runId }, _args, { hall }) =>
      hall.db.trainingRun.findUniqueOrThrow({ ...query, where: { id: runId } }),
  }),
}))
