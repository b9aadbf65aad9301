import { GraphQLError, type GraphQLErrorExtensions } from 'graphql'

/** The same error at the same place of the document, saying something else. */
export const rewriteError = (
  { nodes, source, positions, path }: GraphQLError,
  said: { message: string; extensions: GraphQLErrorExtensions; originalError?: Error | undefined },
) =>
  new GraphQLError(said.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    originalError: said.originalError ?? null,
    extensions: said.extensions,
  })
