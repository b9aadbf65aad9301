/** Photos in, answers out: what a visitor does. */
import { Button, Stack } from '@mantine/core'
import { useCallback, useSyncExternalStore } from 'react'
import { useClient, useQuery } from 'urql'
import { PromotedDocument, ServingDocument } from '../generated/graphql.js'
import { Screen } from '../shell/screen.js'
import { Empty } from '../shell/states.js'
import { useLive } from '../talk/live.js'
import { useMay } from '../talk/who.js'
import { AnswerCard } from './answer-card.js'
import { DropPlace } from './drop-place.js'
import { Sending } from './sending.js'

const sending = new Sending()

export default function ClassifyScreen() {
  const client = useClient()
  const photos = useSyncExternalStore(sending.subscribe, sending.all)
  const [{ data }, ask] = useQuery({ query: ServingDocument })
  const again = () => ask({ requestPolicy: 'network-only' })
  useLive(PromotedDocument, useMay('OPERATOR') ? {} : null, { next: again, gap: again })
  const take = useCallback((files: File[]) => sending.add(client, files), [client])
  const model = data?.servingModel
  if (data && !model) {
    return (
      <Screen title="Classify">
        <Empty
          title="No model serves yet"
          hint="Import photos, train on them and promote the run: then it answers here."
        />
      </Screen>
    )
  }
  return (
    <Screen
      title="Classify"
      about={model && `${model.run.name} answers. It knows ${model.classLabels.join(', ')}.`}
      actions={
        photos.length > 0 && (
          <Button variant="default" size="xs" onClick={() => sending.clear()}>
            Clear
          </Button>
        )
      }
    >
      <DropPlace take={take} />
      <Stack gap="md" aria-live="polite">
        {photos.map((photo) => (
          <AnswerCard key={photo.key} photo={photo} classLabels={model?.classLabels.toSorted() ?? []} />
        ))}
      </Stack>
    </Screen>
  )
}
