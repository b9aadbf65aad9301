/** Runs, listed and by name. */
import { notFound } from '../../errors.js'
import { by, connectionOf, type Keyset } from '../page.js'
import { running } from '../../training/run-record.js'
import { builder } from './builder.js'
import { pageQuery } from './page-query.js'
import { TrainingRun, TrainingRunConnection } from './run.js'

const newestFirst: Keyset = { name: 'RUN', columns: [by('createdAt', 'date', 'desc'), by('id', 'uuid', 'desc')] }

builder.queryFields((t) => ({
  trainingRuns: t.connection(
    {
      type: TrainingRun,
      role: 'OPERATOR',
      description: 'All runs, newest first.',
      resolve: (_root, args, context, info) =>
        connectionOf(args, newestFirst, {
          rows: (slice) =>
            context.hall.db.trainingRun.findMany({
              ...pageQuery(context, info, { id: true, createdAt: true }),
              ...slice,
            }),
          count: () => context.hall.db.trainingRun.count(),
        }),
    },
    TrainingRunConnection,
  ),
  trainingRun: t.prismaField({
    type: TrainingRun,
    role: 'OPERATOR',
    nullable: true,
    description: 'One run. `NOT_FOUND` when there is none of that name.',
    args: { name: t.arg.string({ required: true, description: 'Its name.' }) },
    resolve: async (query, _root, { name }, { hall }) => {
      const run = await hall.db.trainingRun.findUnique({ ...query, where: { name } })
      if (!run) throw notFound('training run', name)
      return run
    },
  }),
  runningTraining: t.prismaField({
    type: TrainingRun,
    role: 'OPERATOR',
    nullable: true,
    description: 'The run that is QUEUED or RUNNING; null when none is.',
    resolve: (query, _root, _args, { hall }) =>
      hall.db.trainingRun.findFirst({ ...query, where: { status: { in: [...running] } } }),
  }),
}))
