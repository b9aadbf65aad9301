/** What Prisma must fetch along with a page's rows, read off the selection: relations come in one statement each. */
import { queryFromInfo } from '@pothos/plugin-prisma'
import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../context.js'

/** @param ordering of a type that reads selected columns only: those that its cursors are made of */
export const pageQuery = (context: Context, info: GraphQLResolveInfo, ordering?: Record<string, true>): object =>
  queryFromInfo({ context, info, path: ['edges', 'node'], ...(ordering && { select: ordering }) })
