/** What can be done with a run as it is: cancelled, gone on with, looked at closely. */
import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from 'urql'
import { Link } from 'wouter'
import { CancelRunDocument, ResumeRunDocument } from '../generated/graphql.js'
import { TroubleNote } from '../shell/states.js'
import { troubleOf } from '../talk/trouble.js'
import { useMay } from '../talk/who.js'
import type { Run } from './use-run.js'
import { isOn } from '../runs/words.js'
import { mayGoOn } from './words.js'

export function RunActions({ run }: { run: Run }) {
  const mayTrain = useMay('TRAINER')
  return (
    <>
      {run.status === 'COMPLETED' && (
        <Button variant="default" component={Link} href={`/evaluation/${run.name}`}>
          See its evaluation
        </Button>
      )}
      {mayTrain && isOn(run.status) && <Cancel name={run.name} />}
      {mayTrain && mayGoOn(run.status) && <Resume run={run} />}
    </>
  )
}

function Cancel({ name }: { name: string }) {
  const [opened, { open, close }] = useDisclosure()
  const [{ fetching, error }, cancel] = useMutation(CancelRunDocument)
  const trouble = troubleOf(error)
  const submit = () => void cancel({ name }).then((answer) => !answer.error && close())
  return (
    <>
      <Button variant="default" onClick={open}>
        Cancel
      </Button>
      <Modal opened={opened} onClose={close} title={`Cancel ${name}?`} centered>
        <Stack>
          <Text size="sm">
            It stops after the step in hand. Its epochs are kept, and it can go on from there later.
          </Text>
          {trouble && <TroubleNote trouble={trouble} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep training
            </Button>
            <Button color="red.9" loading={fetching} onClick={submit}>
              Cancel the run
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}

function Resume({ run }: { run: Run }) {
  const [{ fetching, error }, resume] = useMutation(ResumeRunDocument)
  const trouble = troubleOf(error)
  return (
    <Stack gap="xs" align="flex-end">
      <Button variant="default" loading={fetching} onClick={() => void resume({ name: run.name })}>
        Resume
      </Button>
      {trouble && (
        <Text size="sm" c="red" role="alert" maw={360}>
          {trouble.message}
          {trouble.run && (
            <>
              {' '}
              <Anchor component={Link} href={`/training/${trouble.run}`} inherit underline="always">
                Look at {trouble.run}
              </Anchor>
            </>
          )}
        </Text>
      )}
    </Stack>
  )
}
