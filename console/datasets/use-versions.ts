/** All versions, a page at a time. */
import { VersionMadeDocument, VersionTreeDocument, type VersionLineFragment } from '../generated/graphql.js'
import { useLive } from '../talk/live.js'
import { type Pages, usePages } from '../talk/pages.js'

export function useVersions(): Pages<VersionLineFragment> {
  const pages = usePages(VersionTreeDocument, {}, ({ datasetVersions }) => datasetVersions)
  useLive(VersionMadeDocument, {}, { next: pages.again, gap: pages.again })
  return pages
}
