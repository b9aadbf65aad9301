import { Alert } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useLine } from '../talk/live.js'

/** Said while what happens on the server does not arrive. */
export function LineNote() {
  const line = useLine()
  return (
    <div role="status">
      {line === 'down' && (
        <Alert color="yellow" icon={<IconPlugConnectedX />} title="No connection">
          What you see may be old. WasteX tries to reach the server again, and catches up by itself.
        </Alert>
      )}
    </div>
  )
}
