/** What there is to do when no photo is left, and why none is. */
import { Button, Group } from '@mantine/core'
import { IconCircleCheck, IconFilterOff, IconSend, IconUsers } from '@tabler/icons-react'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { PromotedDocument, ServesDocument } from '../generated/graphql.js'
import { counted } from '../look/figures.js'
import { Empty } from '../shell/states.js'
import { useLive } from '../talk/live.js'
import { useMay } from '../talk/who.js'
import type { Counts } from './use-counts.js'
import type { View } from './view.js'

interface NothingWaitsProps {
  counts: Counts
  /** Decisions that are on their way. */
  sending: number
  view: View
  show: (change: Partial<View>) => void
}

export function NothingWaits({ counts: { queue, matching, staged }, sending, view, show }: NothingWaitsProps) {
  const [{ data }, ask] = useQuery({ query: ServesDocument })
  const again = () => ask({ requestPolicy: 'network-only' })
  useLive(PromotedDocument, {}, { next: again, gap: again })
  const mayTrain = useMay('TRAINER')
  const isFirst = data?.servingModel === null && !staged
  if (sending > 0)
    return (
      <Empty
        icon={<IconSend size={36} stroke={1.4} aria-hidden />}
        title="Your decisions are on their way"
        hint={`${counted(sending, 'decision')} ${sending === 1 ? 'is' : 'are'} being sent. If more photos wait, they come as soon as the server has them.`}
      />
    )
  if (matching)
    return (
      <Empty
        icon={<IconUsers size={36} stroke={1.4} aria-hidden />}
        title="Others have them in hand"
        hint={`${counted(matching, 'photo')} ${matching === 1 ? 'waits, and is' : 'wait, and are'} being looked at by somebody else. What they leave comes here by itself.`}
      />
    )
  if (queue && (view.predicted || view.reason))
    return (
      <Empty
        icon={<IconFilterOff size={36} stroke={1.4} aria-hidden />}
        title="No photo is like that"
        hint={`${counted(queue, 'photo')} of other kinds ${queue === 1 ? 'waits' : 'wait'}.`}
      >
        <Button variant="default" onClick={() => show({ predicted: '', reason: '' })}>
          Show all of the queue
        </Button>
      </Empty>
    )
  if (isFirst)
    return (
      <Empty
        icon={<IconCircleCheck size={36} stroke={1.4} aria-hidden />}
        title="Nothing waits"
        hint={`No model serves yet. ${mayTrain ? 'Import photos, train on them and promote the run' : 'As soon as a trainer has promoted one'}: from then on, what it does not know comes here by itself.`}
      >
        {mayTrain && (
          <Button component={Link} href="/datasets">
            To the datasets
          </Button>
        )}
      </Empty>
    )
  return (
    <Empty
      icon={<IconCircleCheck size={36} stroke={1.4} aria-hidden />}
      title="Nothing waits"
      hint={
        staged
          ? `Everything is looked at. ${counted(staged, 'labelled photo')} ${staged === 1 ? 'is' : 'are'} staged for the next version of the dataset.`
          : 'A photo that the model does not know, or that somebody disputes, comes here by itself.'
      }
    >
      <Group>
        {staged ? (
          <Button onClick={() => show({ tab: 'staged' })}>Look at what is staged</Button>
        ) : (
          <Button variant="default" component={Link} href="/classify">
            Classify a photo
          </Button>
        )}
      </Group>
    </Empty>
  )
}
