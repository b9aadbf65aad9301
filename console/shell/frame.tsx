/** What stands around every screen: where one can go, what waits there, and whether the line stands. */
import { AppShell, Group, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useRoute } from 'wouter'
import { useMay } from '../talk/who.js'
import { Account } from './account.js'
import { LineNote } from './line-note.js'
import { Mark } from './mark.js'
import { Places, PlacesBelow } from './places.js'
import classes from './frame.module.css'

/** @param anew see Gate */
export function Frame({ anew, children }: { anew: () => void; children: ReactNode }) {
  // A phone held sideways is wide, and has no room for a bar beside the screen.
  const isNarrow = useMediaQuery('(max-width: 48em), (max-height: 30em) and (pointer: coarse)', undefined, {
    getInitialValueInEffect: false,
  })
  // The wall screen is looked at from five metres: nothing stands around it.
  const [isThere] = useRoute('/wall')
  const isWall = useMay('OPERATOR') && isThere
  return (
    <AppShell
      header={{ height: 52, collapsed: !isNarrow || isWall }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: true, desktop: isWall || isNarrow } }}
      footer={{ height: 60, collapsed: !isNarrow || isWall }}
      padding={isWall ? 0 : 'md'}
      disabled={isWall}
    >
      <a className={classes.skip} href="#screen" onClick={toScreen}>
        Skip to the screen
      </a>
      {isNarrow && !isWall && (
        <AppShell.Header px="md">
          <Group h="100%" justify="space-between">
            <Brand />
            <Account anew={anew} compact />
          </Group>
        </AppShell.Header>
      )}
      {!isNarrow && !isWall && (
        <AppShell.Navbar p="sm" component="header">
          <AppShell.Section p="xs" pb="md">
            <Brand />
          </AppShell.Section>
          <AppShell.Section grow>
            <Places />
          </AppShell.Section>
          <AppShell.Section>
            <Account anew={anew} />
          </AppShell.Section>
        </AppShell.Navbar>
      )}
      <AppShell.Main id="screen" tabIndex={-1} className={classes.main}>
        <LineNote />
        {children}
      </AppShell.Main>
      {isNarrow && !isWall && (
        <AppShell.Footer>
          <PlacesBelow />
        </AppShell.Footer>
      )}
    </AppShell>
  )
}

/** The address behind `#` is the screen's. */
function toScreen(event: { preventDefault(): void }) {
  event.preventDefault()
  document.getElementById('screen')?.focus()
}

const Brand = () => (
  <Group gap="xs">
    <Mark />
    <Text fw={700} size="lg">
      WasteX
    </Text>
  </Group>
)
