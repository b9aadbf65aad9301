/** What Prisma must fetch along with a page's rows, read off the selection: relations come in one statement each. */
import { queryFromInfo } from '@pothos/plugin-prisma'
import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../context.js'

export const pageQuery = (context: Context, info: GraphQLResolveInfo): object =>
  queryFromInfo({ context, info, path: ['edges', 'node'] })
