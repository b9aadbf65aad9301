/** What was decided last, for the eye: the photo that it was said of is gone by then. */
import { Group, Kbd, Text } from '@mantine/core'
import { ClassDot } from '../classes/class-dot.js'
import type { ReviewPhotoFragment } from '../generated/graphql.js'
import { counted } from '../look/figures.js'
import { Thumbnail } from '../photos/thumbnail.js'
import classes from './review.module.css'
import type { Deed } from './use-decisions.js'

interface LastDecisionProps {
  /** Undefined: nothing was decided here yet. */
  deed: Deed | undefined
  photo: ReviewPhotoFragment | undefined
}

/** It has its place before there is something to say: nothing moves below. Heard it is elsewhere. */
export const LastDecision = ({ deed, photo }: LastDecisionProps) => (
  <Group className={classes.last} gap="xs" wrap="nowrap" aria-hidden>
    {photo && (
      <span className={classes.lastPhoto}>
        <Thumbnail key={photo.id} url={photo.thumbnailUrl} alt="" />
      </span>
    )}
    {deed?.verb === 'LABEL' && <ClassDot of={deed.classLabel} />}
    {deed && (
      <Text size="sm" truncate>
        {deed.verb === 'LABEL' ? deed.classLabel : 'Rejected'}
        {deed.ids.length > 1 && `: ${counted(deed.ids.length, 'photo')}`}
      </Text>
    )}
    {deed && (
      <Text size="sm" c="dimmed" ml="auto" className={classes.byKey}>
        <Kbd>u</Kbd> undoes {deed.ids.length > 1 ? 'them' : 'it'}
      </Text>
    )}
  </Group>
)
