/** A file stands in one place of an operation: in several it would be decoded several times for the price of one upload. */
import {
  type ExecutionArgs,
  getOperationAST,
  type GraphQLError,
  Kind,
  TypeInfo,
  type TypeNode,
  ValidationContext,
} from 'graphql'
import { refusing } from './refusing.js'
import { requestError } from './request-error.js'

/** `multipart.ts` has put each file into one variable; this is about where the variables stand. */
function refusal({ schema, document, operationName }: ExecutionArgs): GraphQLError | undefined {
  const operation = getOperationAST(document, operationName)
  const files = new Set(
    operation?.variableDefinitions?.flatMap(({ variable, type }) =>
      nameOf(type) === 'Upload' ? variable.name.value : [],
    ),
  )
  if (!operation || files.size === 0) return undefined
  // In fragments, too; in each once: what is spread twice in one place is executed once.
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => undefined)
  const uses = context.getRecursiveVariableUsages(operation).map(({ node }) => node.name.value)
  const twice = uses.find((name, i) => files.has(name) && uses.indexOf(name) < i)
  if (twice !== undefined)
    return requestError('BAD_USER_INPUT', 400, `“$${twice}” stands in two places: a file is for one. Send it again.`)
  return undefined
}

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type))

export const useFilePlaces = () => refusing(refusal)
