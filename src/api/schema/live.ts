/** News for whoever watches. A watcher that falls far behind, or for whom something may have been lost, is let go, and comes back. */
import { builder } from './builder.js'
import { ClassCount } from './counts.js'
import { Image } from './image.js'
import { TrainingRun } from './run.js'
import { DatasetVersion } from './version.js'

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
    description: `Each photo of review that is claimed (or claimed for longer), let go, labelled, rejected, marked as reviewed, put back, disputed or erased, as it is when it is told. Whoever only counts the queue leaves claims out. What a version takes in is told by \`versionMade\`. A claim that runs out is told to nobody: \`claim.until\` says when. ${mayEnd} \`images\` has them all.`,
    args: {
      claims: t.arg.boolean({
        defaultValue: true,
        description: 'false: without photos that were only claimed (or claimed for longer) or let go.',
      }),
    },
    subscribe: (_root, { claims }, { hall }) =>
      hall.events.subscribe('imageChanged', undefined, ({ what }) => claims !== false || what !== 'claim'),
    resolve: (query, { id }, _args, { hall }) => hall.db.image.findUniqueOrThrow({ ...query, where: { id } }),
  }),
  versionMade: t.prismaField({
    type: DatasetVersion,
    role: 'OPERATOR',
    description: `Each version that is made, by an import or of what was staged: those photos are staged no more. ${mayEnd} \`datasetVersions\` has them all.`,
    subscribe: (_root, _args, { hall }) => hall.events.subscribe('versionMade'),
    resolve: (query, { versionId }, _args, { hall }) =>
      hall.db.datasetVersion.findUniqueOrThrow({ ...query, where: { id: versionId } }),
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
