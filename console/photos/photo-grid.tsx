/** Photos in rows, as many as there are: only those in view are in the page, and the next page is asked for as its place comes near. */
import { Box, Text } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual'
import { memo, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { count } from '../look/figures.js'
import { Loading, TroubleNote } from '../shell/states.js'
import type { Pages } from '../talk/pages.js'
import classes from './photos.module.css'

interface PhotoGridProps<Row> {
  pages: Pages<Row>
  /** What the list is, for whoever does not see it. */
  label: string
  keyOf: (row: Row) => string
  render: (row: Row, index: number) => ReactNode
  /** Pixels; cells are at least so wide. */
  width?: number
  /** Pixels below the square of the photo, for words. */
  below?: number
  /** Index of a cell that stays in the page when it is out of view: the keyboard is there. */
  kept?: number
  empty?: ReactNode
}

const gap = 8
/** The next page is asked for when so few photos are left below: it comes before they are through. */
const ahead = 60

export function PhotoGrid<Row>(props: PhotoGridProps<Row>) {
  const { pages, label, keyOf, render, width = 150, below = 0, kept = 0, empty } = props
  const { ref, width: observed } = useElementSize<HTMLUListElement>()
  const list = useRef<HTMLUListElement>(null)
  // Until it is observed it is measured: the first paint has photos of the right size.
  const [measured, setMeasured] = useState(0)
  const whole = observed || measured
  // One and the same for as long as the grid is there: another one would be observed anew each time.
  const place = useMergedRef(ref, list)
  const columns = Math.max(2, Math.floor((whole + gap) / (width + gap)))
  const side = (whole - gap * (columns - 1)) / columns
  const height = side + below + gap
  const { rows, total, hasMore, isLoading, trouble, more, again } = pages
  const isThere = rows.length > 0
  useLayoutEffect(() => {
    if (isThere && whole === 0 && list.current) setMeasured(list.current.clientWidth)
  }, [isThere, whole])
  const lines = Math.ceil(rows.length / columns)
  const keptLine = Math.min(Math.floor(kept / columns), lines - 1)
  const virtual = useWindowVirtualizer({
    count: lines,
    estimateSize: () => height,
    overscan: 4,
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), keptLine])].filter((line) => line >= 0).sort((a, b) => a - b),
    scrollMargin: list.current?.offsetTop ?? 0,
  })
  useEffect(() => virtual.measure(), [virtual, height])
  const shown = whole > 0 ? virtual.getVirtualItems() : []
  const last = virtual.range?.endIndex ?? 0
  useEffect(() => {
    if (hasMore && !isLoading && !trouble && whole > 0 && rows.length - last * columns <= ahead) more()
  }, [hasMore, isLoading, trouble, whole, last, rows.length, columns, more])

  if (trouble && rows.length === 0) return <TroubleNote trouble={trouble} again={again} />
  if (rows.length === 0 && total === undefined) return <Loading what="Loading photos" />
  if (rows.length === 0) return <>{empty ?? <Text c="dimmed">No photos.</Text>}</>
  return (
    <Box>
      <ul ref={place} className={classes.grid} style={{ height: virtual.getTotalSize() }} aria-label={label}>
        {shown.flatMap((line) =>
          rows.slice(line.index * columns, (line.index + 1) * columns).map((row, column) => {
            const index = line.index * columns + column
            const x = column * (side + gap)
            const y = line.start - virtual.options.scrollMargin
            return (
              <li
                key={keyOf(row)}
                className={classes.cell}
                style={{ width: side, height: side + below, transform: `translate(${x}px, ${y}px)` }}
                aria-setsize={total ?? rows.length}
                aria-posinset={index + 1}
              >
                <Cell row={row} index={index} render={render} />
              </li>
            )
          }),
        )}
      </ul>
      {trouble && <TroubleNote trouble={trouble} again={more} />}
      <Text size="sm" c="dimmed" ta="center" py="sm" role="status">
        {hasMore ? `${count(rows.length)} of ${count(total ?? rows.length)}` : ''}
      </Text>
    </Box>
  )
}

interface CellProps<Row> {
  row: Row
  index: number
  render: (row: Row, index: number) => ReactNode
}

/** While one scrolls, the grid is made anew for each line that comes; the photos that stay are not. */
const Cell = memo(({ row, index, render }: CellProps<unknown>) => render(row, index)) as <Row>(
  props: CellProps<Row>,
) => ReactNode
