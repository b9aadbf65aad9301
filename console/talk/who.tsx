/** Who looks at the console, and what they may do. */
import { createContext, type ReactNode, useContext } from 'react'
import type { Role } from '../generated/graphql.js'

export interface Who {
  /** Of the token; null where nobody has to sign in. */
  readonly name: string | null
  readonly role: Role
}

const order: readonly Role[] = ['DEVICE', 'OPERATOR', 'TRAINER', 'ADMIN']
const WhoContext = createContext<Who>({ name: null, role: 'DEVICE' })

export const WhoProvider = ({ who, children }: { who: Who; children: ReactNode }) => (
  <WhoContext.Provider value={who}>{children}</WhoContext.Provider>
)
export const useWho = () => useContext(WhoContext)

export const mayAct = (role: Role, needed: Role): boolean => order.indexOf(role) >= order.indexOf(needed)
export const useMay = (needed: Role): boolean => mayAct(useWho().role, needed)
