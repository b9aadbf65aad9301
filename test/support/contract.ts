/** The documents that clients elsewhere have sent for as long as there are clients. They lie beside the project, if at all. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { shared } from './shared.js'

const folder = shared('contract')

const documentsIn = (where: string) =>
  new Map(
    readdirSync(where)
      .filter((name) => name.endsWith('.graphql'))
      .map((name) => [name, readFileSync(path.join(where, name), 'utf8')]),
  )

/** By file name; undefined where there is no contract. */
export const contract = folder === undefined ? undefined : documentsIn(folder)

export const ownDocuments = documentsIn(path.resolve(import.meta.dirname, '../../documents'))
