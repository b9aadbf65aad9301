import { Alert } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useStanding } from '../talk/live.js'

/** Said while what happens on the server does not arrive. */
export function LineNote() {
  const standing = useStanding()
  return (
    <div role="status">
      {standing === 'down' && (
        <Alert color="yellow" icon={<IconPlugConnectedX />} title="No connection" mb="md">
          What you see may be old. WasteX tries to reach the server again, and catches up by itself.
        </Alert>
      )}
    </div>
  )
}
