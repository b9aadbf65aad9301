/** What an operation asks for below a field, before the field is resolved: what costs something is computed for those who want it. */
import { type FieldNode, getNamedType, type GraphQLResolveInfo, isObjectType } from 'graphql'
// As the executor itself collects them: fragments, aliases, @include and @skip are its own affair.
import { collectSubfields } from 'graphql/execution/collectFields.js'

/** @param path names of fields, each below the one before; `asksFor(info, 'classification', 'heatMap')` */
export function asksFor(
  { schema, fragments, variableValues, ...info }: GraphQLResolveInfo,
  ...path: string[]
): boolean {
  let nodes: readonly FieldNode[] = info.fieldNodes
  let type = getNamedType(info.returnType)
  for (const name of path) {
    if (!isObjectType(type)) throw new Error(`${type.name} has no fields of its own`)
    const field = type.getFields()[name]
    if (!field) throw new Error(`${type.name} has no ${name}`)
    // Under whatever aliases; what is asked below any of them is asked.
    nodes = [...collectSubfields(schema, fragments, variableValues, type, nodes).values()]
      .flat()
      .filter((node) => node.name.value === name)
    type = getNamedType(field.type)
  }
  return nodes.length > 0
}
