import { Drawer, Text } from '@mantine/core'
import { useLocation } from 'wouter'
import { StartForm, type VersionName } from './start-form.js'

interface StartDrawerProps {
  opened: boolean
  close: () => void
  /** At least one, newest first. */
  versions: readonly VersionName[]
  /** The version that the address asks for. */
  wanted?: string
  /** The run that is on. */
  running?: string
}

export function StartDrawer({ opened, close, versions, wanted, running }: StartDrawerProps) {
  const [, go] = useLocation()
  const first = versions.find(({ name }) => name === wanted) ?? versions.find(({ isActive }) => isActive) ?? versions[0]
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="right"
      size={460}
      // What is focused is not hidden by what sticks to the bottom.
      styles={{ content: { scrollPaddingBottom: 230 } }}
      title={
        <Text span fw={650} size="lg">
          Start a training
        </Text>
      }
    >
      {first && (
        <StartForm
          key={first.name}
          versions={versions}
          first={first.name}
          running={running}
          started={(name) => go(`/training/${name}`)}
        />
      )}
    </Drawer>
  )
}
