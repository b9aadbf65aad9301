/**
 * Who may ask for what, seen to in one place: every field of every object type is wrapped when the schema is built, whoever made
 * it and by whatever way it is reached. What says nothing is for operators; a field of Query, Mutation or Subscription that says
 * nothing makes no schema.
 */
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql'
import { type Actor, mayAct } from '../../access/actor.js'
import type { Role } from '../../db.js'
import { WasteXError } from '../../errors.js'
import type { Context } from '../context.js'
import type { Needed } from './role-option.js'

type Field = GraphQLField<unknown, Context>
type Resolver = GraphQLFieldResolver<unknown, Context>

interface RootField {
  readonly operation: string
  readonly name: string
  readonly role: Role
}

export function guarded(schema: GraphQLSchema): GraphQLSchema {
  rootFields(schema)
  const roots = rootsOf(schema)
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields()) as Field[]) {
      const needed = declared(field) ?? (roots.includes(type) ? undefined : declared(type)) ?? 'OPERATOR'
      if (field.subscribe) field.subscribe = guard(field.subscribe, needed)
      field.resolve = guard(field.resolve ?? defaultFieldResolver, needed)
    }
  }
  return schema
}

/** @throws Error that names those that do not say who may ask for them */
export function rootFields(schema: GraphQLSchema): RootField[] {
  const all = rootsOf(schema).flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ operation: type.name, name: field.name, role: declared(field) })),
  )
  const silent = all.filter(({ role }) => role === undefined).map(({ operation, name }) => `${operation}.${name}`)
  if (silent.length > 0) throw new Error(`Which role may ask for ${silent.join(', ')}? Give the field a \`role\`.`)
  return all.map((field) => ({ ...field, role: leastRole(field.role ?? 'ADMIN') }))
}

const rootsOf = (schema: GraphQLSchema): GraphQLObjectType[] =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter((type) => type != null)

const declared = ({ extensions }: Pick<Field | GraphQLObjectType, 'extensions'>): Needed | undefined =>
  (extensions['pothosOptions'] as { role?: Needed } | undefined)?.role

const guard =
  (resolve: Resolver, needed: Needed): Resolver =>
  (parent, args, context, info) => {
    const { actor } = context
    if (mayAct(actor, leastRole(needed)) || (needed === 'SENDER' && isSender(actor, parent))) {
      return resolve(parent, args, context, info)
    }
    throw forbidden(actor, needed)
  }

/** The role that may whatever it is about. */
const leastRole = (needed: Needed): Role => (needed === 'SENDER' ? 'OPERATOR' : needed)

const isSender = ({ token }: Actor, parent: unknown): boolean =>
  token !== null && (parent as { sentById?: unknown }).sentById === token.id

export function forbidden({ role, token }: Actor, needed: Needed): WasteXError {
  const whose = token ? `the token “${token.name}” has ${role}` : `you have ${role}`
  const wanted = leastRole(needed)
  return new WasteXError('FORBIDDEN', `This needs the role ${wanted}; ${whose}. An admin makes tokens.`, {
    needs: wanted,
  })
}
