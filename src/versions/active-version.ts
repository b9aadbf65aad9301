import DataLoader from 'dataloader'
import type { Db } from '../db.js'

type Active = { readonly id: number } | null

/** Nothing is kept: whoever asks later asks the database. */
const loaderOf = (db: Db) =>
  new DataLoader<'active', Active>(
    async (asked) => {
      const active = await db.datasetVersion.findFirst({ where: { isActive: true }, select: { id: true } })
      return asked.map(() => active)
    },
    { cache: false },
  )
const loaders = new WeakMap<Db, ReturnType<typeof loaderOf>>()

/** For a whole page of rows that ask in the same moment it is one statement. @returns null: none is active */
export function activeVersion(db: Db): Promise<Active> {
  const loader = loaders.get(db) ?? loaderOf(db)
  loaders.set(db, loader)
  return loader.load('active')
}
