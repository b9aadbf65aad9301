/**
 * What an operation may cost at most, before it is executed: every field is 1, and what lies below a list counts as often as
 * the list may be long. A page is as long as was asked for, by a number, by a variable or by saying nothing; page in page multiplies.
 * An answer to a list of ids or files is as long as that.
 */
import {
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import type { Fragments } from './fragments.js'
import { defaultPageSize, maxPageSize } from './page.js'

/**
 * For lists that are no pages. Most are values of a row that has been read, scores and counts by class, and have none but such values
 * below them: with a thousand classes the answer is longer than this says, and costs no statement more. A list of which each member
 * leads to further rows says how long it may be: `rows` in the field's extensions.
 */
const plainListLength = 10

export function costOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
  variables: Readonly<Record<string, unknown>>,
): number {
  // As they will be: a default stands for what is not there, not for a null. Without a prototype, whatever they are called.
  const given = Object.create(null) as Record<string, unknown>
  for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
    if (defaultValue) given[variable.name.value] = valueFromASTUntyped(defaultValue)
  Object.assign(given, variables)
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
    const isList = isListType(getNullableType(field.type))
    if (!isList && takesFirst(field)) return 1 + below(node.selectionSet, inner, pageOf(node))
    const times = isList ? (name === 'edges' ? rows : listOf(node, field)) : 1
    return 1 + times * below(node.selectionSet, inner, 1)
  }

  function pageOf(node: FieldNode): number {
    const sizes = [argumentOf(node, 'first'), argumentOf(node, 'last')].filter((size) => typeof size === 'number')
    const size = sizes.length > 0 ? Math.max(...sizes) : defaultPageSize
    return Math.min(Math.max(size, 1), maxPageSize)
  }

  function listOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    if (takesFirst(field)) return pageOf(node)
    const named = field.args.find(({ type }) => isListType(getNullableType(type)))
    const asked = named && argumentOf(node, named.name)
    if (Array.isArray(asked)) return Math.max(asked.length, 1)
    const { rows } = field.extensions
    return typeof rows === 'number' ? rows : plainListLength
  }

  function argumentOf(node: FieldNode, name: string): unknown {
    const argument = node.arguments?.find((one) => one.name.value === name)
    return argument && valueFromASTUntyped(argument.value, given)
  }
}

const takesFirst = ({ args }: GraphQLField<unknown, unknown>): boolean => args.some(({ name }) => name === 'first')
