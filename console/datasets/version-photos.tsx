/** The photos of a version. */
import { Stack, Text } from '@mantine/core'
import { EntriesDocument, type VersionDetailQuery } from '../generated/graphql.js'
import { counted } from '../look/figures.js'
import { usePages } from '../talk/pages.js'
import { EntryGrid } from './entry-grid.js'
import { PhotoFilters } from './photo-filter.js'
import { asked, usePhotoFilter } from './use-photo-filter.js'

interface VersionPhotosProps {
  version: NonNullable<VersionDetailQuery['datasetVersion']>
}

export function VersionPhotos({ version }: VersionPhotosProps) {
  const [filter, change] = usePhotoFilter()
  const variables = { version: version.name, filter: asked(filter) }
  const pages = usePages(EntriesDocument, variables, ({ datasetVersion }) => datasetVersion?.entries)
  return (
    <Stack gap="sm">
      <PhotoFilters
        filter={filter}
        change={change}
        classCounts={version.classCounts}
        hasParent={Boolean(version.parent)}
      />
      <Text size="sm" c="dimmed" className="figures" role="status">
        {pages.total === undefined ? '…' : counted(pages.total, 'photo')}
      </Text>
      <EntryGrid
        pages={pages}
        label={`Photos of ${version.name}`}
        empty={<Text c="dimmed">This version has no such photos.</Text>}
      />
    </Stack>
  )
}
