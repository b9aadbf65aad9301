/** A photo that was decided on and is in no version yet: its label, what that changes, and the way back. */
import { ActionIcon, Text } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import { ClassDot } from '../classes/class-dot.js'
import type { DecidedPhotosQuery } from '../generated/graphql.js'
import { Thumbnail } from '../photos/thumbnail.js'
import classes from './review.module.css'

interface DecidedCellProps {
  photo: DecidedPhotosQuery['images']['edges'][number]['node']
  putBack: () => void
}

export function DecidedCell({ photo, putBack }: DecidedCellProps) {
  const { filename, thumbnailUrl, assignedLabel, activeEntry } = photo
  // What is rejected stays in the version as it is.
  const isOther = assignedLabel !== null && activeEntry !== null && activeEntry.classLabel !== assignedLabel
  const before = isOther ? activeEntry : undefined
  return (
    <div className={classes.cell}>
      <div className={classes.square}>
        <Thumbnail url={thumbnailUrl} alt={filename} />
      </div>
      <div className={classes.words}>
        {assignedLabel !== null && <ClassDot of={assignedLabel} />}
        <Text span size="xs" truncate flex={1}>
          {before && (
            <>
              <s title={`${before.version.name} has it as ${before.classLabel}`}>{before.classLabel}</s>
              <span className="unseen"> becomes</span>{' '}
            </>
          )}
          {assignedLabel ?? 'rejected'}
        </Text>
        <ActionIcon variant="subtle" size="sm" aria-label={`Put ${filename} back into the queue`} onClick={putBack}>
          <IconArrowBackUp size={16} stroke={1.6} />
        </ActionIcon>
      </div>
    </div>
  )
}
