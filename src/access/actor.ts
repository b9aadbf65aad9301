/** Who asks, and what a role may do. */
import type { Role } from '../db.js'

/** Each may do all that the ones before it may. */
export const roles = ['DEVICE', 'OPERATOR', 'TRAINER', 'ADMIN'] as const satisfies readonly Role[]

export interface Actor {
  readonly role: Role
  /** null: nobody signs in here, since no token was ever made; the server then answers whoever is on this machine alone. */
  readonly token: { readonly id: string; readonly name: string } | null
}

/** Whoever reaches a server that asks nobody to sign in. */
export const anybody: Actor = { role: 'ADMIN', token: null }

export const mayAct = ({ role }: Pick<Actor, 'role'>, needed: Role): boolean =>
  roles.indexOf(role) >= roles.indexOf(needed)
