/** What the server would not do, in its own words. */
import { Alert, List, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { counted } from '../look/figures.js'
import type { Refusal } from './outbox.js'

const most = 3

export function Refusals({ refusals, forget }: { refusals: readonly Refusal[]; forget: () => void }) {
  const shown = refusals.slice(-most)
  return (
    <div role="alert">
      {refusals.length > 0 && (
        <Alert
          mb="sm"
          color="red"
          icon={<IconAlertTriangle />}
          title={`${counted(refusals.length, 'decision')} could not be kept`}
          withCloseButton
          closeButtonLabel="Close this note"
          onClose={forget}
        >
          <List size="sm" listStyleType="none">
            {shown.map(({ decision, trouble }) => (
              <List.Item key={decision.key}>
                {saying(decision.verb, decision.classLabel, decision.ids.length)}: {trouble.message}{' '}
                {trouble.requestId && (
                  <Text span size="xs" c="dimmed">
                    ({trouble.requestId} in the server’s log)
                  </Text>
                )}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </div>
  )
}

function saying(verb: Refusal['decision']['verb'], classLabel: string, photos: number): string {
  const what = photos === 1 ? 'A photo' : counted(photos, 'photo')
  if (verb === 'LABEL') return `${what} as “${classLabel}”`
  return verb === 'REJECT' ? `${what} rejected` : `${what} taken back`
}
