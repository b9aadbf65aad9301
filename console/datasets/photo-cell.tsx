/** A photo in a list: what it shows, and what it is for. Opens it large. */
import { Text } from '@mantine/core'
import { ClassDot } from '../classes/class-dot.js'
import type { EntryCellFragment } from '../generated/graphql.js'
import { PhotoTile } from '../photos/photo-tile.js'
import classes from './photos.module.css'
import { splitWords } from '../versions/splits.js'

/** Pixels below the photo, for `PhotoGrid`. */
export const captionHeight = 24

interface PhotoCellProps {
  entry: EntryCellFragment
  /** Its label in the version that it is compared with; undefined: it is the same there, or nothing is compared. */
  before?: string | null | undefined
  open: () => void
}

export const PhotoCell = ({ entry, before, open }: PhotoCellProps) => (
  <PhotoTile url={entry.thumbnailUrl} erased={entry.erased} open={open}>
    <span className={classes.caption}>
      <ClassDot of={entry.classLabel} />
      <Text span size="xs" truncate>
        {before && (
          <>
            <s>{before}</s> <span className="unseen">now </span>
          </>
        )}
        {entry.classLabel}
      </Text>
      <Text span size="xs" c="dimmed" ml="auto">
        {splitWords[entry.split]}
      </Text>
      <span className="unseen">{entry.filename}</span>
    </span>
  </PhotoTile>
)
