/** Who asks, found out before anything of a request is read. GraphQL is told by its context. */
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { type Actor, mayAct } from '../access/actor.js'
import type { Role } from '../db.js'
import { forClients, WasteXError } from '../errors.js'
import { withHttp } from './http-error.js'

/** What the server knows of a request before yoga has it. */
export interface Admission {
  readonly actor: Actor | WasteXError
}

/** @returns the error as a value: whoever answers says it in its own way. */
export const admit = (looking: Promise<Actor>): Promise<Actor | WasteXError> => looking.catch(forClients)

/** @returns who takes turns and has a share: a token, or an address where nobody signs in */
export const clientOf = (actor: Actor | WasteXError, address: string): string =>
  actor instanceof WasteXError ? address : (actor.token?.id ?? address)

export const isAdmitted = (actor: Actor | WasteXError, needed: Role): boolean =>
  !(actor instanceof WasteXError) && mayAct(actor, needed)

export const useAdmission = (): Plugin<object, Admission> => ({
  onRequestParse({ serverContext: { actor } }) {
    if (!(actor instanceof WasteXError)) return
    throw new GraphQLError(actor.message, { extensions: withHttp({ ...actor.details, code: actor.code }) })
  },
})
