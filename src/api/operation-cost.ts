/**
 * What an operation may cost at most, before it is executed: every field is 1, and what lies below a list counts as often as
 * the list may be long. A page is as long as was asked for, by a number, by a variable or by saying nothing; page in page multiplies.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { defaultPageSize, maxPageSize } from './page.js'

/** For lists that are no pages: classes, scores, reasons. */
const plainListLength = 10

export function costOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): number {
  const defaults = new Map(
    operation.variableDefinitions?.map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined,
    ]),
  )
  // Each fragment is counted once for each length of the page around it: spread in spread would otherwise take for ever.
  const known = new Map<string, number>()
  const root = schema.getRootType(operation.operation)
  return root ? below(operation.selectionSet, root, 1) : 0

  /** @param rows of the page that the selection's `edges` belong to */
  function below(set: SelectionSetNode, type: GraphQLNamedType, rows: number): number {
    return set.selections.reduce((sum, node) => {
      if (node.kind === Kind.FIELD) return sum + ofField(node, type, rows)
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const inner = node.typeCondition ? schema.getType(node.typeCondition.name.value) : type
        return sum + below(node.selectionSet, inner ?? type, rows)
      }
      return sum + ofFragment(node.name.value, rows)
    }, 0)
  }

  function ofFragment(name: string, rows: number): number {
    const key = `${rows} ${name}`
    const fragment = fragments.get(name)
    const type = fragment && schema.getType(fragment.typeCondition.name.value)
    const cost = known.get(key) ?? (type ? below(fragment.selectionSet, type, rows) : 0)
    known.set(key, cost)
    return cost
  }

  function ofField(node: FieldNode, type: GraphQLNamedType, rows: number): number {
    const name = node.name.value
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
    if (!field || !node.selectionSet) return 1
    const inner = getNamedType(field.type)
    if (isLeafType(inner)) return 1
    if (field.args.some((arg) => arg.name === 'first')) return 1 + below(node.selectionSet, inner, pageOf(node))
    const isList = isListType(getNullableType(field.type))
    const times = isList ? (name === 'edges' ? rows : plainListLength) : 1
    return 1 + times * below(node.selectionSet, inner, 1)
  }

  function pageOf(node: FieldNode): number {
    const sizes = node.arguments?.flatMap(({ name, value }) => {
      if (name.value !== 'first' && name.value !== 'last') return []
      if (value.kind === Kind.INT) return [Number(value.value)]
      if (value.kind !== Kind.VARIABLE) return []
      const given = variables[value.name.value] ?? defaults.get(value.name.value)
      return typeof given === 'number' ? [given] : []
    })
    const size = sizes?.length ? Math.max(...sizes) : defaultPageSize
    return Math.min(Math.max(size, 1), maxPageSize)
  }
}
