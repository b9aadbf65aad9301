/** What is known of a row of a version; more than the list says is asked for when it is looked at. */
import { Anchor } from '@mantine/core'
import { useQuery } from 'urql'
import { EntryDetailDocument, type EntryDetailQuery } from '../generated/graphql.js'
import { fileSize, moment, percent } from '../look/figures.js'
import { Facts } from '../photos/facts.js'
import type { ShownEntry } from './shown-entry.js'
import { photoPurposes, splitNames } from '../versions/splits.js'

export function PhotoFacts({ entry: { id, classLabel, before, split, erased } }: { entry: ShownEntry }) {
  const [{ data }] = useQuery({ query: EntryDetailDocument, variables: { id }, requestPolicy: 'cache-first' })
  const detail = data?.node && 'contentHash' in data.node && data.node.id === id ? data.node : undefined
  return (
    <Facts
      facts={{
        Class: classLabel,
        Before: before ?? undefined,
        Split: `${splitNames[split]}: ${photoPurposes[split]}`,
        ...(detail && {
          File: detail.physicalPath,
          Size: fileSize(detail.fileSize),
          'SHA-256': <code>{detail.contentHash}</code>,
          Added: moment(detail.addedAt),
          'Comes from': originOf(detail),
          Original: erased ? undefined : (
            <Anchor href={detail.url} target="_blank" size="sm">
              Open it
            </Anchor>
          ),
        }),
      }}
    />
  )
}

type Detail = Extract<NonNullable<EntryDetailQuery['node']>, { contentHash: string }>

function originOf({ sourceImage: image }: Detail): string {
  if (!image) return 'an import'
  return `review: it came in ${moment(image.createdAt)}, and the model of that moment took it for ${image.topPrediction} (${percent(image.confidence)})`
}
