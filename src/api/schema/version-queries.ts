/** Versions, listed and by name. */
import { notFound } from '../../errors.js'
import { by, connectionOf, type Keyset } from '../page.js'
import { builder } from './builder.js'
import { pageQuery } from './page-query.js'
import { DatasetVersion, DatasetVersionConnection } from './version.js'

const newestFirst: Keyset = { name: 'VERSION', columns: [by('id', 'int', 'desc')] }

builder.queryFields((t) => ({
  datasetVersions: t.connection(
    {
      type: DatasetVersion,
      role: 'OPERATOR',
      description: 'All versions, newest first.',
      resolve: (_root, args, context, info) =>
        connectionOf(args, newestFirst, {
          rows: (slice) => context.hall.db.datasetVersion.findMany({ ...pageQuery(context, info), ...slice }),
          count: () => context.hall.db.datasetVersion.count(),
        }),
    },
    DatasetVersionConnection,
  ),
  datasetVersion: t.prismaField({
    type: DatasetVersion,
    role: 'OPERATOR',
    nullable: true,
    description: 'One version. `NOT_FOUND` when there is none of that name.',
    args: { name: t.arg.string({ required: true, description: 'Its name.' }) },
    resolve: async (query, _root, { name }, { hall }) => {
      const version = await hall.db.datasetVersion.findUnique({ ...query, where: { name } })
      if (!version) throw notFound('dataset version', name)
      return version
    },
  }),
}))
