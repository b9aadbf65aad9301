/** The photos that one of two versions has alone, or that both have under different labels. */
import { Text } from '@mantine/core'
import {
  DifferenceAddedDocument,
  DifferenceRelabelledDocument,
  DifferenceRemovedDocument,
} from '../generated/graphql.js'
import { usePages } from '../talk/pages.js'
import { EntryGrid } from './entry-grid.js'

export type Kind = 'added' | 'removed' | 'relabelled'

const documents = {
  added: DifferenceAddedDocument,
  removed: DifferenceRemovedDocument,
  relabelled: DifferenceRelabelledDocument,
} as const

interface DifferencePhotosProps {
  kind: Kind
  from: string
  to: string
}

export function DifferencePhotos({ kind, from, to }: DifferencePhotosProps) {
  const pages = usePages(documents[kind], { from, to }, ({ versionDiff }) => versionDiff.rows)
  const labels: Readonly<Record<Kind, string>> = {
    added: `Photos that only ${to} has`,
    removed: `Photos that only ${from} has`,
    relabelled: `Photos that ${to} labels otherwise than ${from}`,
  }
  return <EntryGrid pages={pages} label={labels[kind]} empty={<Text c="dimmed">{labels[kind]}: none.</Text>} />
}
