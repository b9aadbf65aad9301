/**
 * An import that was begun here. What was asked is kept for as long as the tab is there, under a key of its own: asked again after a
 * reload or a lost connection, the server joins the import that goes on, or answers what became of it.
 */
import { useSessionStorage } from '@mantine/hooks'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useClient } from 'urql'
import { type ImportDatasetInput, ImportPhotosDocument, type ImportPhotosMutation } from '../generated/graphql.js'
import { headers } from '../talk/client.js'
import { randomId } from '../talk/random-id.js'
import { type Trouble, troubleOf } from '../talk/trouble.js'

interface Asked {
  readonly key: string
  readonly input: ImportDatasetInput
}
export type Imported = ImportPhotosMutation['importDataset']

export interface Import {
  /** What is being imported; null: nothing. */
  readonly running: ImportDatasetInput | null
  /** What came of the last one, until it is put away. */
  readonly imported: Imported | undefined
  readonly refused: { readonly input: ImportDatasetInput; readonly trouble: Trouble } | undefined
  readonly begin: (input: ImportDatasetInput) => void
  readonly putAway: () => void
}

const againMs = 2_000
const inUtf8 = { serialize: JSON.stringify, getInitialValueInEffect: false }

/** @param done called when there is a new version */
export function useImport(done: () => void): Import {
  const client = useClient()
  const [asked, setAsked, forget] = useSessionStorage<Asked | null>({
    key: 'wastex-import',
    defaultValue: null,
    ...inUtf8,
  })
  const [imported, setImported] = useState<Imported>()
  const [refused, setRefused] = useState<Import['refused']>()
  const whenDone = useRef(done)
  whenDone.current = done

  useEffect(() => {
    if (!asked) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let isHere = true
    const { key, input } = asked
    const ask = async () => {
      const fetchOptions = { headers: { ...headers, 'idempotency-key': key } }
      const { data, error } = await client.mutation(ImportPhotosDocument, { input }, { fetchOptions }).toPromise()
      if (!isHere) return
      const trouble = troubleOf(error)
      if (trouble?.code === 'OFFLINE') timer = setTimeout(() => void ask(), againMs)
      else {
        forget()
        if (trouble) setRefused({ input, trouble })
        else setImported(data?.importDataset)
        whenDone.current()
      }
    }
    void ask()
    return () => {
      isHere = false
      clearTimeout(timer)
    }
  }, [client, asked, forget])

  const begin = useCallback(
    (input: ImportDatasetInput) => {
      setRefused(undefined)
      setImported(undefined)
      setAsked({ key: randomId(), input })
    },
    [setAsked],
  )
  const putAway = useCallback(() => {
    setRefused(undefined)
    setImported(undefined)
  }, [])
  return { running: asked?.input ?? null, imported, refused, begin, putAway }
}
