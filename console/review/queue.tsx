/** One photo at a time, by keys alone. */
import { Button, Group, Kbd, Stack } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { ImageFilter, ImageOrder, ReviewPhotoFragment } from '../generated/graphql.js'
import { percent } from '../look/figures.js'
import { Loading, TroubleNote } from '../shell/states.js'
import { current, moved, without, withBack, withSkipped } from './batch.js'
import { ClassFinder } from './class-finder.js'
import { Filmstrip } from './filmstrip.js'
import { useKeys, useSteadyKeys } from './keys.js'
import { LastDecision } from './last-decision.js'
import { PhotoView } from './photo-view.js'
import classes from './review.module.css'
import type { Room } from './room.js'
import { likelihoodOf, suggestionsFor } from './suggest.js'
import { Suggestions } from './suggestions.js'
import { useBatch } from './use-batch.js'
import { useComingBack } from './use-coming-back.js'
import { WhyHere } from './why-here.js'

interface QueueProps {
  room: Room
  filter: ImageFilter
  order: ImageOrder
  empty: ReactNode
}

/** Photos that are fetched before they are looked at. */
const readyAhead = 4

export function Queue({ room, filter, order, empty }: QueueProps) {
  const { desk, news, decisions, classLabels, inOrder, areAll, recent } = room
  const inHand = useBatch(desk, news, decisions, filter, order)
  const { batch, change } = inHand
  const photo = current(batch)
  const [areSteady] = useSteadyKeys()
  const suggestions = photo ? suggestionsFor([photo], classLabels, recent, areSteady ? inOrder : undefined) : []
  // What is said of it, or likeliest, wherever its key is.
  const [first] = photo ? suggestionsFor([photo], classLabels, recent) : []
  const finder = useRef<HTMLInputElement>(null)
  const [said, setSaid] = useState('')
  const back = useComingBack(room, change)

  const leave = (of: ReviewPhotoFragment, saying: string) => {
    back.remember(of)
    change((batch) => without(batch, (id) => id === of.id))
    setSaid(saying)
  }
  const label = (classLabel: string) => {
    if (!photo) return
    decisions.label([photo.id], classLabel)
    leave(photo, classLabel)
  }
  const reject = () => {
    if (!photo) return
    decisions.reject([photo.id])
    leave(photo, 'Rejected')
  }
  const undo = () => {
    const deed = decisions.undo()
    if (!deed) return setSaid('Nothing to undo')
    change((batch) => withBack(batch, back.remembered(deed.ids)))
    setSaid(deed.verb === 'LABEL' ? `“${deed.classLabel}” taken back` : 'Rejection taken back')
  }
  const skip = () => {
    change(withSkipped)
    setSaid('Skipped')
  }
  const last = decisions.deeds.at(-1)
  const find = () => finder.current?.focus()
  const step = (by: number) => change((batch) => moved(batch, batch.at + by))
  useKeys({
    ...Object.fromEntries(suggestions.flatMap(({ key, classLabel }) => (key ? [[key, () => label(classLabel)]] : []))),
    Enter: first && (() => label(first.classLabel)),
    r: reject,
    u: undo,
    s: skip,
    ' ': skip,
    n: find,
    '/': find,
    ArrowRight: () => step(1),
    ArrowDown: () => step(1),
    ArrowLeft: () => step(-1),
    ArrowUp: () => step(-1),
  })
  // What had the focus is gone with the last photo.
  const isOver = !photo && !inHand.isLoading
  useEffect(() => {
    if (isOver && document.activeElement === document.body) document.getElementById('screen')?.focus()
  }, [isOver])

  // What stands first need not be what the model thinks.
  const [likeliest] = photo?.allPredictions ?? []
  return (
    <>
      <div role="status" className="unseen">
        {said && `${said}. `}
        {photo &&
          `Photo ${batch.at + 1} of ${batch.photos.length}${likeliest ? `, likeliest ${likeliest.classLabel}, ${percent(likelihoodOf(likeliest), 0)}` : ''}${photo.suggestedLabel === null ? '' : `; somebody says ${photo.suggestedLabel}`}`}
      </div>
      {photo ? (
        <div className={classes.queue}>
          <div className={classes.left}>
            <PhotoView photo={photo} next={batch.photos.slice(batch.at + 1, batch.at + 1 + readyAhead)} />
            <Filmstrip batch={batch} look={(at) => change((batch) => moved(batch, at))} />
          </div>
          <Stack gap="sm" className={classes.right}>
            <Suggestions suggestions={suggestions} choose={label} first={first?.classLabel} />
            <ClassFinder classLabels={classLabels} areAll={areAll} choose={label} input={finder} />
            <Group gap="xs" grow className={classes.acts}>
              <Act name="Reject" hint="r" act={reject} />
              <Act name="Skip" hint="s" act={skip} />
              <Act name="Undo" hint="u" act={undo} disabled={decisions.deeds.length === 0} />
            </Group>
            <LastDecision deed={last} photo={last && back.remembered(last.ids).at(0)} />
            <WhyHere photo={photo} />
          </Stack>
        </div>
      ) : inHand.trouble ? (
        <TroubleNote trouble={inHand.trouble} again={inHand.again} />
      ) : inHand.isLoading ? (
        <Loading what="Taking photos in hand" />
      ) : (
        <Stack align="center">
          {empty}
          {decisions.deeds.length > 0 && <Act name="Undo the last one" hint="u" act={undo} />}
        </Stack>
      )}
    </>
  )
}

const Act = (props: { name: string; hint: string; act: () => void; disabled?: boolean }) => (
  <Button
    variant="default"
    px="xs"
    aria-keyshortcuts={props.hint}
    disabled={props.disabled}
    rightSection={<Kbd aria-hidden>{props.hint}</Kbd>}
    onClick={props.act}
  >
    {props.name}
  </Button>
)
