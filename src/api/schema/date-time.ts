import { GraphQLError, GraphQLScalarType } from 'graphql'
import { DateTimeResolver } from 'graphql-scalars'
import { isStorable } from '../moment.js'

const config = DateTimeResolver.toConfig()

/** As others write it, but for moments that the database has not. */
export const DateTime = new GraphQLScalarType<Date>({
  ...config,
  parseValue: (value) => storable(config.parseValue(value)),
  parseLiteral: (node, variables) => storable(config.parseLiteral(node, variables)),
})

function storable(moment: Date): Date {
  if (isStorable(moment)) return moment
  throw new GraphQLError('DateTime has the years 0001 to 9999, UTC.')
}
