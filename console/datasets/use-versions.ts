/** All versions, a page at a time. Asked again, the old ones stay until the new ones are there. */
import { useWindowEvent } from '@mantine/hooks'
import { useRef } from 'react'
import { VersionTreeDocument, type VersionLineFragment } from '../generated/graphql.js'
import { useBack } from '../talk/live.js'
import { type Pages, usePages } from '../talk/pages.js'

export function useVersions(): Pages<VersionLineFragment> {
  const pages = usePages(VersionTreeDocument, {}, ({ datasetVersions }) => datasetVersions)
  const kept = useRef({ rows: pages.rows, total: pages.total })
  if (pages.total !== undefined) kept.current = { rows: pages.rows, total: pages.total }
  // Versions are made in review, too: whoever comes back to this window sees them.
  useWindowEvent('focus', pages.again)
  useBack(pages.again)
  return { ...pages, ...kept.current }
}
