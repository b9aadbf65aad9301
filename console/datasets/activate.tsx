/** Makes a version the active one, after a word on what that means. */
import { Button, Group, Popover, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useMutation } from 'urql'
import { ActivateVersionDocument } from '../generated/graphql.js'
import { TroubleNote } from '../shell/states.js'
import { troubleOf } from '../talk/trouble.js'

export function Activate({ name, changed }: { name: string; changed: () => void }) {
  const [isOpen, setOpen] = useState(false)
  const [{ fetching, error }, activate] = useMutation(ActivateVersionDocument)
  const trouble = troubleOf(error)
  const sure = async () => {
    const { error: refused } = await activate({ name })
    if (refused) return
    setOpen(false)
    changed()
  }
  return (
    <Popover opened={isOpen} onChange={setOpen} width={300} position="bottom-end" withArrow trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" onClick={() => setOpen(!isOpen)}>
          Make active
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Make ${name} active`}>
        <Stack gap="sm">
          <Text size="sm">
            Photos labelled in review go into the version that is made from the active one. What serves, and what has
            been trained, stays as it is.
          </Text>
          {trouble && <TroubleNote trouble={trouble} />}
          <Group gap="xs">
            <Button size="xs" loading={fetching} onClick={() => void sure()}>
              Make {name} active
            </Button>
            <Button size="xs" variant="default" onClick={() => setOpen(false)}>
              Leave it
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
