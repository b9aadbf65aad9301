/** Any class by its name, and a new one in place; but first “Did you mean …?” */
import { Combobox, Kbd, Text, TextInput, useCombobox } from '@mantine/core'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ClassFinderProps } from './class-finder.js'
import { type Choice, choicesFor, longestName } from './choices.js'

const idOf = ({ kind, classLabel }: Choice) => `${kind} ${classLabel}`

export function ClassChoices({ classLabels, areAll, choose, input }: ClassFinderProps) {
  // What stood in its place until now, and what was typed there.
  const [before] = useState(() => {
    const { current } = input
    // Whoever has gone elsewhere, to the next photo perhaps, means nothing by it any more.
    const isFocused = current !== null && document.activeElement === current
    return {
      isFocused,
      typed: isFocused ? current.value : '',
      isEntered: isFocused && current.dataset['entered'] === 'true',
    }
  })
  const [typed, setTyped] = useState(before.typed)
  const list = useCombobox()
  const choices = choicesFor(typed, classLabels, areAll)
  // What Enter takes is always the best of what is typed by now.
  const { selectFirstOption } = list
  useEffect(() => void selectFirstOption(), [typed, selectFirstOption])
  const done = (id?: string) => {
    const choice = choices.find((choice) => idOf(choice) === id)
    setTyped('')
    list.closeDropdown()
    input.current?.blur()
    if (choice) choose(choice.classLabel)
  }
  const takeOver = useRef(() => {
    if (before.isFocused) input.current?.focus()
    const [best] = choices
    if (before.isEntered && best) done(idOf(best))
  })
  useLayoutEffect(() => takeOver.current(), [])
  return (
    <Combobox store={list} onOptionSubmit={done} shadow="md">
      <Combobox.Target>
        <TextInput
          ref={input}
          aria-label="Find or name a class"
          aria-keyshortcuts="/ n"
          placeholder="Find or name a class"
          rightSection={<Kbd aria-hidden>/</Kbd>}
          value={typed}
          maxLength={longestName}
          autoComplete="off"
          spellCheck={false}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value)
            list.openDropdown()
          }}
          onFocus={() => list.openDropdown()}
          onBlur={() => list.closeDropdown()}
          onKeyDown={(event) => {
            if (event.key === 'Escape') done()
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={choices.length === 0}>
        <Combobox.Options mah={280} style={{ overflowY: 'auto' }} aria-label="Classes by that name">
          {choices.map((choice) => (
            <Combobox.Option key={idOf(choice)} value={idOf(choice)}>
              <Saying choice={choice} />
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}

function Saying({ choice: { kind, classLabel } }: { choice: Choice }) {
  if (kind === 'class') return <>{classLabel}</>
  return (
    <>
      {kind === 'near' ? 'Did you mean ' : 'Make a new class '}
      <Text span inherit fw={650}>
        {classLabel}
      </Text>
      {kind === 'near' ? '?' : ''}
    </>
  )
}
