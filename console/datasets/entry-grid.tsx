/** Rows of a version as photos, each of which opens large. */
import { type ReactNode, useState } from 'react'
import { type LargePhoto, LargePhotos } from '../photos/large-photo.js'
import { PhotoGrid } from '../photos/photo-grid.js'
import type { Pages } from '../talk/pages.js'
import { captionHeight, PhotoCell } from './photo-cell.js'
import { PhotoFacts } from './photo-facts.js'
import type { ShownEntry } from './shown-entry.js'

interface EntryGridProps {
  pages: Pages<ShownEntry>
  label: string
  empty: ReactNode
}

export function EntryGrid({ pages, label, empty }: EntryGridProps) {
  const [index, show] = useState<number>()
  return (
    <>
      <PhotoGrid
        pages={pages}
        label={label}
        width={132}
        below={captionHeight}
        keyOf={({ id }) => id}
        render={(entry, i) => <PhotoCell entry={entry} before={entry.before} open={() => show(i)} />}
        empty={empty}
      />
      <LargePhotos pages={pages} index={index} show={show} photoOf={photoOf} facts={factsOf} />
    </>
  )
}

const photoOf = ({ filename, classLabel, thumbnailUrl, largeUrl, erased }: ShownEntry): LargePhoto => ({
  title: filename,
  alt: `${classLabel}: ${filename}`,
  small: thumbnailUrl,
  large: largeUrl,
  erased,
})

const factsOf = (entry: ShownEntry) => <PhotoFacts key={entry.id} entry={entry} />
