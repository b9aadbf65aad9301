/** The queue as a grid: choose many, say once what they are. */
import { Button, Text } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { ImageFilter, ImageOrder } from '../generated/graphql.js'
import { counted } from '../look/figures.js'
import { PhotoGrid } from '../photos/photo-grid.js'
import { ActionBar } from './action-bar.js'
import { focusNear } from './move-focus.js'
import { PhotoCell } from './photo-cell.js'
import type { Room } from './room.js'
import { useQueuePhotos } from './use-queue-photos.js'
import { useSelection } from './use-selection.js'

/** So few photos are seen at once: others are shown as they come. */
const fewLeft = 24

interface ManyProps {
  room: Room
  filter: ImageFilter
  order: ImageOrder
  empty: ReactNode
}

export function Many({ room, filter, order, empty }: ManyProps) {
  const { desk, decisions } = room
  const { pages, isBehind, holderOf } = useQueuePhotos(room, filter, order)
  const { ids, toggle, all, none } = useSelection(pages.rows.map((row) => (holderOf(row) ? undefined : row.id)))
  const chosen = pages.rows.filter(({ id }) => ids.has(id))
  const [at, setAt] = useState<number>()
  const [note, setNote] = useState('')
  const list = useRef<HTMLDivElement>(null)

  /** Only what nobody else has in hand by now. */
  const decide = async (what: string, act: (ids: readonly string[]) => void) => {
    const wanted = chosen.map(({ id }) => id)
    none()
    setNote(`Taking ${counted(wanted.length, 'photo')} in hand`)
    const had = await desk.claim(wanted)
    const mine = had ? wanted.filter((id) => had.has(id)) : wanted
    if (mine.length > 0) act(mine)
    const left = chosen.filter(({ id }) => !mine.includes(id))
    const held = left.filter((photo) => holderOf(photo)).length
    const done = left.length - held
    setNote(
      [
        mine.length > 0 && `${counted(mine.length, 'photo')}: ${what}.`,
        held > 0 && `${counted(held, 'photo')} left out: others are reviewing them.`,
        done > 0 && `${counted(done, 'photo')} left out: somebody else claimed or decided them first.`,
      ]
        .filter(Boolean)
        .join(' '),
    )
  }
  const undo = () => void decisions.undo()
  const takeAll = () => {
    all()
    setNote(pages.rows.length > 0 && pages.rows.every(holderOf) ? 'Others have all of these in hand.' : '')
  }

  // Where nothing moves under anybody's hand, what has come is shown by itself.
  const { again } = pages
  const refills = isBehind && ids.size === 0 && (order === 'OLDEST' || pages.rows.length < fewLeft)
  useEffect(() => {
    if (refills) again()
  }, [refills, again])

  // The keyboard stays among the photos when what had it leaves.
  useEffect(() => {
    if (at !== undefined && document.activeElement === document.body && list.current) focusNear(list.current, at)
  }, [pages.rows.length, at])

  return (
    <>
      <ActionBar
        room={room}
        chosen={chosen}
        label={(classLabel) => void decide(`labelled “${classLabel}”`, (ids) => decisions.label(ids, classLabel))}
        reject={() => void decide('rejected', decisions.reject)}
        undo={undo}
        all={takeAll}
        isAllLoaded={!pages.hasMore}
        loaded={pages.rows.length}
        none={none}
      />
      <Text size="sm" role="status" mih={22}>
        {note}
      </Text>
      {isBehind && !refills && (
        <Button variant="light" size="xs" mb="xs" onClick={pages.again}>
          There are others now: show them
        </Button>
      )}
      <div ref={list}>
        <PhotoGrid
          pages={pages}
          label="Photos of the queue"
          keyOf={({ id }) => id}
          below={28}
          kept={at}
          empty={empty}
          render={(photo, index) => (
            <PhotoCell
              photo={photo}
              index={index}
              isChosen={ids.has(photo.id)}
              holder={holderOf(photo)}
              isNext={index === Math.min(at ?? 0, pages.rows.length - 1)}
              toggle={toggle}
              focused={setAt}
            />
          )}
        />
      </div>
    </>
  )
}
