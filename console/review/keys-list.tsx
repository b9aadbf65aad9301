import { Group, Kbd, Popover, Switch, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { useKeys, useSingleKeys, useSteadyKeys } from './keys.js'
import { KeysButton } from './keys-button.js'

const meanings: readonly (readonly [readonly string[], string])[] = [
  [['1', '…', '9'], 'the class beside the number'],
  [['Enter'], 'what is said of the photo, or likeliest'],
  [['/', 'n'], 'find or name a class'],
  [['r'], 'reject: no waste, or of no use'],
  [['s', 'Space'], 'skip: comes again later'],
  [['u'], 'undo, as often as you like'],
  [['←', '→'], 'look at the others'],
  [['Space'], 'many at once: select; with Shift up to there'],
  [['a', 'Esc'], 'many at once: select all, or none'],
  [['?'], 'these keys'],
]

export function KeysList() {
  const [isOpen, setOpen] = useState(false)
  const [isOn, setOn] = useSingleKeys()
  const [areSteady, setSteady] = useSteadyKeys()
  useKeys({ '?': () => setOpen(true) })
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <KeysButton onClick={() => setOpen((open) => !open)} />
      </Popover.Target>
      <Popover.Dropdown maw="calc(100vw - 32px)" aria-label="Keys">
        <Table withRowBorders={false} verticalSpacing={4} mb="xs">
          <Table.Tbody>
            {meanings.map(([keys, meaning]) => (
              <Table.Tr key={meaning}>
                <Table.Td>
                  <Group gap={4} wrap="nowrap">
                    {keys.map((key) => (key === '…' ? key : <Kbd key={key}>{key}</Kbd>))}
                  </Group>
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{meaning}</Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          mb="xs"
          label="A class keeps its key"
          description="In the order in which classes were first named, not of what the model thinks."
          checked={areSteady}
          onChange={({ currentTarget }) => setSteady(currentTarget.checked)}
        />
        <Switch
          label="Single keys decide"
          checked={isOn}
          onChange={({ currentTarget }) => setOn(currentTarget.checked)}
        />
      </Popover.Dropdown>
    </Popover>
  )
}
