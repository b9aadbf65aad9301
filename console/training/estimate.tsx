/** What a run will take, in a sentence, and what that rests on. */
import { Card, Text } from '@mantine/core'
import { count, counted, duration } from '../look/figures.js'
import type { Estimated } from './use-estimate.js'

export function Estimate({ estimate, isOld, trouble }: Estimated) {
  return (
    <Card withBorder padding="sm" role="status" aria-label="What it will take" aria-busy={isOld}>
      <Text size="sm" c="dimmed">
        What it will take
      </Text>
      {!estimate && (
        <Text>
          {isOld ? 'Counting photos …' : trouble?.field ? 'Not to be told before what is marked above is mended.' : '–'}
        </Text>
      )}
      {estimate && <Said estimate={estimate} />}
    </Card>
  )
}

function Said({ estimate }: { estimate: NonNullable<Estimated['estimate']> }) {
  const { seconds, views, newViews, epochs, startsFrom, basedOn } = estimate
  const through =
    newViews === 0
      ? `all ${counted(views, 'view')} of its photos are in the feature cache`
      : `${count(newViews)} of ${counted(views, 'view')} of its photos go through the frozen part first`
  return (
    <>
      <Text fw={650} size="lg" className="figures">
        {seconds === null ? 'No run was measured on this server yet' : `About ${duration(seconds)}`}
      </Text>
      <Text size="sm" className="figures">
        {basedOn && `As quick as ${basedOn.name} was: `}
        {through}; then {counted(epochs, 'epoch')} at most. It begins with{' '}
        {startsFrom ? `the weights of ${startsFrom.name}, and the head alone is trained` : 'the backbone'}.
      </Text>
    </>
  )
}
