/** One photo of a list, large, with what is known of it beside; arrows lead through the list. */
import { ActionIcon, Group, Modal, Text } from '@mantine/core'
import { useHotkeys, useMediaQuery } from '@mantine/hooks'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { count } from '../look/figures.js'
import type { Pages } from '../talk/pages.js'
import classes from './photos.module.css'

export interface LargePhoto {
  readonly title: string
  /** For whoever does not see it. */
  readonly alt: string
  readonly small: string
  /** Undefined until known. */
  readonly large: string | undefined
  readonly erased: boolean
}

interface LargePhotosProps<Row> {
  pages: Pages<Row>
  /** Of the row that is shown; undefined: none is. */
  index: number | undefined
  show: (index: number | undefined) => void
  photoOf: (row: Row) => LargePhoto
  /** What is known of it. */
  facts: (row: Row) => ReactNode
}

/** The next page is asked for when so few rows are left. */
const fewLeft = 10

export function LargePhotos<Row>({ pages, index, show, photoOf, facts }: LargePhotosProps<Row>) {
  const { rows, total, hasMore, isLoading, more } = pages
  const isNarrow = useMediaQuery('(max-width: 48em)')
  const at = index ?? -1
  const row = rows[at]
  useEffect(() => {
    if (row !== undefined && hasMore && !isLoading && at >= rows.length - fewLeft) more()
  }, [row, hasMore, isLoading, at, rows.length, more])
  const step = (by: number) => {
    if (row !== undefined && rows[at + by] !== undefined) show(at + by)
  }
  useHotkeys([
    ['ArrowLeft', () => step(-1)],
    ['ArrowRight', () => step(1)],
  ])
  const photo = row === undefined ? undefined : photoOf(row)
  const next = rows[at + 1] === undefined ? undefined : photoOf(rows[at + 1] as Row)
  return (
    <Modal
      opened={photo !== undefined}
      onClose={() => show(undefined)}
      size={1080}
      fullScreen={isNarrow}
      title={photo?.title ?? ''}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {row !== undefined && photo && (
        <div className={classes.viewer}>
          <div>
            <Picture photo={photo} />
            <Group justify="center" gap="xs" mt="xs">
              <Arrow label="Earlier photo" by={-1} icon={IconChevronLeft} step={step} disabled={at === 0} />
              <Text size="sm" c="dimmed" className="figures" aria-live="polite">
                {count(at + 1)} of {count(total ?? rows.length)}
              </Text>
              <Arrow label="Next photo" by={1} icon={IconChevronRight} step={step} disabled={!next} />
            </Group>
          </div>
          {facts(row)}
          {next?.large && !next.erased && <img src={next.large} alt="" hidden />}
        </div>
      )}
    </Modal>
  )
}

/** The small copy is there at once, and the large one lies over it as soon as it has come. */
function Picture({ photo: { small, large, alt, erased } }: { photo: LargePhoto }) {
  if (erased) {
    return (
      <div className={classes.large}>
        <Text c="dimmed" className={classes.erased}>
          This photo was erased.
        </Text>
      </div>
    )
  }
  return (
    <div className={classes.large}>
      <img src={small} alt={large ? '' : alt} />
      {large && <img key={large} src={large} alt={alt} />}
    </div>
  )
}

interface ArrowProps {
  label: string
  by: number
  icon: typeof IconChevronLeft
  step: (by: number) => void
  disabled: boolean
}

const Arrow = ({ label, by, icon: Icon, step, disabled }: ArrowProps) => (
  <ActionIcon variant="default" size="lg" aria-label={label} disabled={disabled} onClick={() => step(by)}>
    <Icon size={18} aria-hidden />
  </ActionIcon>
)
