/** A confident mistake goes to an operator after all: the network learns from those, too. */
import { Autocomplete, Button, Group, Popover, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { SendToReviewDocument } from '../generated/graphql.js'
import { useLine } from '../talk/line.js'
import { type Trouble, troubleOf } from '../talk/trouble.js'
import type { SentPhoto } from './sent-photo.js'
import { uploadContext } from './upload-context.js'

interface ThatIsWrongProps {
  photo: SentPhoto
  /** To choose from. */
  classLabels: readonly string[]
  /** Called when the server has it: whether an operator is to look, or has done so before. */
  disputed: (as: NonNullable<SentPhoto['disputed']>) => void
}

export function ThatIsWrong({ photo, classLabels, disputed }: ThatIsWrongProps) {
  const [opened, setOpened] = useState(false)
  const [label, setLabel] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const { sender } = useLine()
  if (photo.disputed) {
    return (
      <Text size="sm" role="status">
        {photo.disputed === 'reviewed'
          ? 'Thank you. It was decided on before, or erased: nothing changes.'
          : 'Thank you: an operator will look.'}
      </Text>
    )
  }
  const submit = async () => {
    setBusy(true)
    const asked = { image: photo.file, classLabel: label.trim() || null, idempotencyKey: `wrong-${photo.key}` }
    const { data, error } = await sender.mutation(SendToReviewDocument, asked, uploadContext).toPromise()
    setBusy(false)
    setTrouble(troubleOf(error))
    if (data) disputed(data.sendToReview.image?.reviewed ? 'reviewed' : 'waits')
  }
  return (
    <Popover opened={opened} onChange={setOpened} width={300} trapFocus position="bottom-start" withinPortal>
      <Popover.Target>
        <Button size="xs" variant="default" style={{ alignSelf: 'flex-start' }} onClick={() => setOpened(!opened)}>
          That is wrong
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void submit()
          }}
        >
          <Stack gap="xs">
            <Autocomplete
              label="What does it show?"
              description="Leave it empty if you do not know."
              data={classLabels.filter((name) => name !== photo.answer?.classLabel)}
              value={label}
              onChange={setLabel}
              maxLength={64}
              data-autofocus
              // The list would lie over what follows, and a thumb that means to send would choose a class.
              openOnFocus={false}
              comboboxProps={{ withinPortal: false }}
            />
            <Text size="xs" c="dimmed">
              The photo is sent again and kept, for an operator to name it. What is named trains the next network.
            </Text>
            {trouble && (
              <Text size="sm" c="red" role="alert">
                {trouble.message}
              </Text>
            )}
            <Group justify="flex-end">
              <Button type="submit" size="xs" loading={isBusy}>
                Send to review
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}
