/** What is labelled and in no version yet: looked over once more, put back, or made a version of. */
import { Button, Chip, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { DecidedPhotosDocument } from '../generated/graphql.js'
import { count } from '../look/figures.js'
import { PhotoGrid } from '../photos/photo-grid.js'
import { Empty } from '../shell/states.js'
import { usePages } from '../talk/pages.js'
import { useMay } from '../talk/who.js'
import { MakeVersion } from './make-version.js'
import { useHeard } from './news.js'
import type { Room } from './room.js'
import { DecidedCell } from './decided-cell.js'
import { useStagedCounts } from './use-staged-counts.js'

export function Staged({ room, staged }: { room: Room; staged: number | undefined }) {
  const { news, decisions } = room
  const [only, setOnly] = useState('')
  const filter = { staged: true, ...(only && { assignedLabel: only }) }
  const all = usePages(DecidedPhotosDocument, { filter }, ({ images }) => images)
  const [isBehind, setBehind] = useState(false)
  const counts = useStagedCounts(news, staged)
  const mayMake = useMay('TRAINER')
  useHeard(news, {
    changed: ({ id, reviewed, rejected, assignedLabel }) => {
      if (!reviewed || rejected) return
      // Taken back and named anew, by somebody else perhaps.
      if (all.rows.some((row) => row.id === id && row.assignedLabel !== assignedLabel))
        all.change((rows) => rows.map((row) => (row.id === id ? { ...row, assignedLabel } : row)))
      else if (!all.rows.some((row) => row.id === id) && (!only || only === assignedLabel)) setBehind(true)
    },
    taken: all.again,
    gap: all.again,
  })
  const look = () => {
    setBehind(false)
    all.again()
  }
  const rows = all.rows.filter(({ id }) => !['UNLABEL', 'REJECT'].includes(decisions.became(id) ?? ''))
  const pages = { ...all, rows, total: all.total && Math.max(rows.length, all.total - all.rows.length + rows.length) }
  const isNothing = staged === 0 && rows.length === 0
  return (
    <>
      {mayMake && <MakeVersion counts={counts} staged={staged ?? 0} made={look} />}
      {!isNothing && !mayMake && (
        <Text size="sm" c="dimmed" mb="md">
          A trainer makes the next version of the dataset from these.
        </Text>
      )}
      {counts.length > 1 && (
        <Chip.Group value={only} onChange={setOnly}>
          <Group gap={6} mb="md" role="group" aria-label="Which labels">
            <Chip value="" size="xs">
              All
            </Chip>
            {counts.map(({ classLabel, count: photos }) => (
              <Chip key={classLabel} value={classLabel} size="xs">
                {classLabel} {count(photos)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
      {isBehind && (
        <Button variant="light" size="xs" mb="xs" onClick={look}>
          There are others now: show them
        </Button>
      )}
      <PhotoGrid
        pages={pages}
        label="Staged photos"
        keyOf={({ id }) => id}
        below={34}
        empty={
          <Empty
            title="Nothing is staged"
            hint="A photo that gets a label waits here until a version of the dataset takes it in."
          />
        }
        render={(photo) => <DecidedCell photo={photo} putBack={() => decisions.unlabel([photo.id])} />}
      />
    </>
  )
}
