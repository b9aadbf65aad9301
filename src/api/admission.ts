/** Who asks, found out before anything of a request is read. GraphQL is told by its context. */
import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Actor } from '../access/actor.js'
import { forClients, httpStatusOf, WasteXError } from '../errors.js'

/** What the server knows of a request before yoga has it. */
export interface Admission {
  readonly actor: Actor | WasteXError
}

/** For the answer 401: in what way to sign in. */
export const challenge = { 'www-authenticate': 'Bearer realm="WasteX"' } as const

export const admit = (looking: Promise<Actor>): Promise<Actor | WasteXError> => looking.catch(forClients)

export const useAdmission = (): Plugin<object, Admission> => ({
  onRequestParse({ serverContext: { actor } }) {
    if (!(actor instanceof WasteXError)) return
    const status = httpStatusOf[actor.code]
    const http = { status, ...(status === 401 && { headers: challenge }) }
    throw new GraphQLError(actor.message, { extensions: { ...actor.details, code: actor.code, http } })
  },
})
