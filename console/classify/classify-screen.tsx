/** Photos in, answers out: what a visitor does. */
import { Button, Group, Stack, Switch } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useCallback, useMemo, useRef, useSyncExternalStore } from 'react'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { PromotedDocument, ServingDocument } from '../generated/graphql.js'
import { Screen } from '../shell/screen.js'
import { Empty } from '../shell/states.js'
import { useLine } from '../talk/line.js'
import { useLive } from '../talk/live.js'
import { useMay, useWho } from '../talk/who.js'
import { AnswerCard } from './answer-card.js'
import { DropPlace } from './drop-place.js'
import { LastAnswer } from './last-answer.js'
import { sendingOf } from './sending.js'

export default function ClassifyScreen() {
  const line = useLine()
  const { name } = useWho()
  const sending = useMemo(() => sendingOf(line, name), [line, name])
  const photos = useSyncExternalStore(sending.subscribe, sending.all)
  const [{ data }, ask] = useQuery({ query: ServingDocument })
  const again = () => ask({ requestPolicy: 'network-only' })
  const isOperator = useMay('OPERATOR')
  const mayTrain = useMay('TRAINER')
  useLive(PromotedDocument, isOperator ? {} : null, { next: again, gap: again })
  const take = useCallback((files: File[]) => sending.add(files), [sending])
  const [isHot, setHot] = useLocalStorage({ key: 'wastex.heat', defaultValue: true, getInitialValueInEffect: false })
  const list = useRef<HTMLDivElement>(null)
  const model = data?.servingModel
  if (data && !model && photos.length === 0) {
    return (
      <Screen title="Classify">
        <Empty
          title="No model serves yet"
          hint={
            mayTrain
              ? 'Import photos, train on them and promote the run: then it answers here.'
              : 'As soon as a trainer has promoted one, it answers here.'
          }
        >
          <Group justify="center" gap="xs">
            {mayTrain && (
              <Button component={Link} href="/datasets" size="xs">
                To the datasets
              </Button>
            )}
            <Button variant="default" size="xs" onClick={again}>
              Look again
            </Button>
          </Group>
        </Empty>
      </Screen>
    )
  }
  const clear = () => {
    sending.clear()
    // The button goes with what it cleared: whoever uses a keyboard goes on where photos come in.
    list.current?.focus()
  }
  return (
    <Screen
      title="Classify"
      about={model && `${model.run.name} answers. It knows ${model.classLabels.join(', ')}.`}
      actions={
        photos.length > 0 && (
          <Button variant="default" size="xs" onClick={clear}>
            Clear
          </Button>
        )
      }
    >
      <Stack gap="md" ref={list} tabIndex={-1} aria-label="Photos and answers" role="group">
        <DropPlace take={take} small={photos.length > 0} />
        <LastAnswer photos={photos} />
        {photos.some(({ answer }) => answer?.heatMap) && (
          <Switch
            size="xs"
            label="Where the network looked"
            checked={isHot}
            onChange={(event) => setHot(event.currentTarget.checked)}
          />
        )}
        {photos.map((photo) => (
          <AnswerCard
            key={photo.key}
            photo={photo}
            classLabels={model?.classLabels ?? []}
            isHot={isHot}
            disputed={(as) => sending.disputed(photo.key, as)}
          />
        ))}
      </Stack>
    </Screen>
  )
}
