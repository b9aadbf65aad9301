/** What can be done with everything that is chosen. */
import { Button, Group, Kbd, Text } from '@mantine/core'
import { useRef } from 'react'
import { counted } from '../look/figures.js'
import { ClassFinder } from './class-finder.js'
import { useKeys, useSteadyKeys } from './keys.js'
import type { QueuePhoto } from './photo-cell.js'
import classes from './review.module.css'
import type { Room } from './room.js'
import { suggestionsFor } from './suggest.js'
import { Suggestions } from './suggestions.js'

interface ActionBarProps {
  room: Room
  chosen: readonly QueuePhoto[]
  label: (classLabel: string) => void
  reject: () => void
  undo: () => void
  /** Of the photos that are loaded. */
  all: () => void
  isAllLoaded: boolean
  /** Photos that are loaded. */
  loaded: number
  none: () => void
}

export function ActionBar({ room, chosen, label, reject, undo, all, isAllLoaded, loaded, none }: ActionBarProps) {
  const { classLabels, inOrder, areAll, recent, decisions } = room
  const finder = useRef<HTMLInputElement>(null)
  const some = chosen.length > 0
  const [areSteady] = useSteadyKeys()
  const suggestions = some ? suggestionsFor(chosen, classLabels, recent, areSteady ? inOrder : undefined) : []
  const find = some ? () => finder.current?.focus() : undefined
  useKeys({
    ...Object.fromEntries(suggestions.flatMap(({ key, classLabel }) => (key ? [[key, () => label(classLabel)]] : []))),
    r: some ? reject : undefined,
    u: undo,
    a: all,
    n: find,
    '/': find,
    Escape: none,
  })
  return (
    <div className={classes.bar} role="group" aria-label="What to do with them">
      <Group gap="xs">
        <Text
          role="status"
          className="figures"
          {...(some ? { fw: 650 } : { c: 'dimmed', size: 'sm', flex: '1 1 200px' })}
        >
          {some
            ? `${counted(chosen.length, 'photo')} selected`
            : 'Select photos by click or Space; with Shift, all up to there.'}
        </Text>
        {some && <Suggestions suggestions={suggestions} choose={label} inLine />}
        {some && (
          <div className={classes.finder}>
            <ClassFinder classLabels={classLabels} areAll={areAll} choose={label} input={finder} />
          </div>
        )}
        {some && <Act name="Reject" hint="r" act={reject} />}
        {some ? (
          <Act name="None" hint="Esc" act={none} />
        ) : (
          loaded > 0 && <Act name={isAllLoaded ? 'Select all' : 'Select all loaded'} hint="a" act={all} />
        )}
        {decisions.deeds.length > 0 && <Act name="Undo" hint="u" act={undo} />}
      </Group>
    </div>
  )
}

const Act = ({ name, hint, act }: { name: string; hint: string; act: () => void }) => (
  <Button variant="default" rightSection={<Kbd aria-hidden>{hint}</Kbd>} px="xs" onClick={act}>
    {name}
  </Button>
)
