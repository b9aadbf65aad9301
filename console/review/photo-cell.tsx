/** A photo among many: what the model thought, whether it is chosen, and who else has it in hand. */
import { Text, UnstyledButton } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import type { QueuePhotosQuery } from '../generated/graphql.js'
import { ClassDot } from '../classes/class-dot.js'
import { clock, percent } from '../look/figures.js'
import { Thumbnail } from '../photos/thumbnail.js'
import { moveFocus } from './move-focus.js'
import classes from './review.module.css'
import { likelihoodOf } from './suggest.js'

export type QueuePhoto = QueuePhotosQuery['images']['edges'][number]['node']

interface PhotoCellProps {
  photo: QueuePhoto
  index: number
  isChosen: boolean
  /** Whoever else has it in hand. */
  holder: string | undefined
  /** The one that Tab leads to. */
  isNext: boolean
  toggle: (index: number, isStretch: boolean) => void
  focused: (index: number) => void
}

export function PhotoCell(props: PhotoCellProps) {
  const { photo, index, isChosen, holder, isNext, toggle, focused } = props
  const { topPrediction, allPredictions, activeEntry, claim, filename, thumbnailUrl } = photo
  const [likeliest] = allPredictions
  return (
    <UnstyledButton
      className={classes.cell}
      data-index={index}
      tabIndex={isNext ? 0 : -1}
      aria-pressed={isChosen}
      aria-disabled={holder !== undefined || undefined}
      onFocus={() => focused(index)}
      onKeyDown={(event) => {
        const list = event.currentTarget.closest('ul')
        if (list && moveFocus(list, index, event.key)) event.preventDefault()
      }}
      onClick={(event) => holder === undefined && toggle(index, event.shiftKey)}
    >
      <span className={classes.square}>
        <Thumbnail url={thumbnailUrl} alt={filename} />
        <IconCheck className={classes.tick} size={22} stroke={3} aria-hidden />
      </span>
      <span className={classes.words}>
        {holder === undefined ? (
          <>
            <ClassDot of={topPrediction} />
            <Text span size="xs" truncate flex={1}>
              {topPrediction}
            </Text>
            {activeEntry && (
              <Text
                span
                size="xs"
                c="dimmed"
                truncate
                title={`${activeEntry.version.name} has it as ${activeEntry.classLabel}`}
              >
                {activeEntry.version.name}: {activeEntry.classLabel}
              </Text>
            )}
            <Text span size="xs" c="dimmed" className="figures">
              {likeliest && percent(likelihoodOf(likeliest), 0)}
            </Text>
          </>
        ) : (
          <Text
            span
            size="xs"
            c="dimmed"
            truncate
            title={claim ? `Until ${clock(claim.until)}, if they go away` : undefined}
          >
            {holder === 'anybody' ? 'another desk' : holder} has it in hand
          </Text>
        )}
      </span>
    </UnstyledButton>
  )
}
