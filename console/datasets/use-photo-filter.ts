/** Which photos of a version are shown: kept in the address, so that a reload and a copied address show the same. */
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import type { Split, VersionEntryFilter } from '../generated/graphql.js'
import { splits } from '../versions/splits.js'

export interface PhotoFilter {
  readonly classLabel?: string | undefined
  readonly split?: Split | undefined
  readonly addedHere?: boolean | undefined
}

export function usePhotoFilter(): [PhotoFilter, (change: PhotoFilter) => void] {
  const [search, setSearch] = useSearchParams()
  const [classLabel, split, added] = ['class', 'split', 'added'].map((name) => search.get(name) ?? undefined)
  const filter = useMemo(
    () => ({
      classLabel,
      split: splits.find((one) => one === split),
      addedHere: added === undefined ? undefined : true,
    }),
    [classLabel, split, added],
  )
  const change = useCallback(
    (to: PhotoFilter) =>
      setSearch(
        (old) => {
          const put = (name: string, value: string | undefined) =>
            value === undefined ? old.delete(name) : old.set(name, value)
          if ('classLabel' in to) put('class', to.classLabel)
          if ('split' in to) put('split', to.split)
          if ('addedHere' in to) put('added', to.addedHere ? 'here' : undefined)
          return old
        },
        { replace: true },
      ),
    [setSearch],
  )
  return [filter, change]
}

/** As the API takes it: what does not matter is left out. */
export const asked = ({ classLabel, split, addedHere }: PhotoFilter): VersionEntryFilter => ({
  ...(classLabel !== undefined && { classLabel }),
  ...(split && { split }),
  ...(addedHere && { addedHere }),
})
