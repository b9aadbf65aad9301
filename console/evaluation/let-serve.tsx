/** Another model takes over, or an earlier one comes back: asked once, with a word on what will happen. */
import { Button, Group, List, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useMutation } from 'urql'
import { LetServeDocument } from '../generated/graphql.js'
import { TroubleNote } from '../shell/states.js'
import { type Trouble, troubleOf } from '../talk/trouble.js'

interface LetServeProps {
  name: string
  /** The run that serves; undefined: none does. */
  serving: string | undefined
  /** It has served before. */
  isBack: boolean
  /** Classes that the model which serves knows, and it does not. */
  lost: readonly string[]
  /** Not the first thing to do here. */
  quiet?: boolean
}

export function LetServe({ name, serving, isBack, lost, quiet = false }: LetServeProps) {
  // A question is about one run: when news from elsewhere make the button mean another, it is not answered for that one.
  const [asked, ask] = useState<string>()
  const [trouble, setTrouble] = useState<Trouble>()
  const [{ fetching }, promote] = useMutation(LetServeDocument)
  const title = isBack ? `Go back to ${name}` : `Promote ${name}`
  const open = () => {
    setTrouble(undefined)
    ask(name)
  }
  const close = () => ask(undefined)
  const submit = () =>
    void promote({ name }).then(({ error }) => {
      setTrouble(troubleOf(error))
      if (!error) close()
    })
  return (
    <>
      <Button variant={quiet ? 'default' : 'filled'} onClick={open}>
        {title}
      </Button>
      <Modal
        opened={asked === name}
        onClose={close}
        title={`${title}?`}
        closeButtonProps={{ 'aria-label': 'Close' }}
        // While it fades it would already ask for the other one.
        transitionProps={{ duration: 0 }}
        centered
      >
        <Stack>
          <List size="sm" spacing={4}>
            <List.Item>
              {name} is loaded, and tried on a few photos{serving ? ` beside ${serving}, which goes on answering` : ''}.
            </List.Item>
            <List.Item>
              What it says of the pictures that were kept with it is held against what it said when it was trained; if
              that differs, nothing changes.
            </List.Item>
            <List.Item>Then it answers, from one photo to the next. Nobody waits, nothing is restarted.</List.Item>
          </List>
          {lost.length > 0 && (
            <Text size="sm" fw={600}>
              {name} does not know {lost.join(', ')}: such photos go to review, or are taken for something else.
            </Text>
          )}
          {serving && (
            <Text size="sm" c="dimmed">
              {serving} keeps its folder: you can go back to it at any time.
            </Text>
          )}
          {trouble && <TroubleNote trouble={trouble} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Leave it
            </Button>
            <Button loading={fetching} onClick={submit} data-autofocus>
              {title}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
