/** The way back, and to the whole screen: there for whoever moves the mouse or comes by keyboard. */
import { ActionIcon, Group } from '@mantine/core'
import { useFullscreenDocument } from '@mantine/hooks'
import { IconArrowLeft, IconMaximize, IconMinimize } from '@tabler/icons-react'
import { useEffect } from 'react'
import { Link } from 'wouter'

export function Corner() {
  const { fullscreen, toggle } = useFullscreenDocument()
  useEffect(() => {
    let lock: WakeLockSentinel | undefined
    // Where it may: a wall that sleeps tells nothing. A browser that will not is left alone.
    void navigator.wakeLock?.request('screen').then(
      (held) => (lock = held),
      () => undefined,
    )
    return () => void lock?.release()
  }, [])
  return (
    <Group gap="xs">
      <ActionIcon component={Link} href="/classify" variant="subtle" size="lg" aria-label="Back to the console">
        <IconArrowLeft />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        size="lg"
        onClick={() => void toggle()}
        aria-label="Whole screen"
        aria-pressed={fullscreen}
      >
        {fullscreen ? <IconMinimize /> : <IconMaximize />}
      </ActionIcon>
    </Group>
  )
}
