/** Who is signed in, light or dark, and the way out. */
import { Group, Menu, useMantineColorScheme } from '@mantine/core'
import { IconApi, IconDeviceDesktop, IconLogout, IconMoon, IconSun } from '@tabler/icons-react'
import { useState } from 'react'
import { signOut } from '../talk/session.js'
import { useWho } from '../talk/who.js'
import type { AccountPartProps } from './account.js'
import { AccountButton, AccountName, roles } from './account-button.js'

const appearances = [
  { scheme: 'light', label: 'Light', icon: IconSun },
  { scheme: 'dark', label: 'Dark', icon: IconMoon },
  { scheme: 'auto', label: 'As the system', icon: IconDeviceDesktop },
] as const

export function AccountMenu({ anew, compact = false, isWanted }: AccountPartProps) {
  const { name, role } = useWho()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const [isStuck, setStuck] = useState(false)
  const leave = () => {
    setStuck(false)
    signOut().then(anew, () => setStuck(true))
  }
  return (
    <Menu
      defaultOpened={isWanted}
      withInitialFocusPlaceholder={false}
      menuItemTabIndex={0}
      returnFocus
      position={compact ? 'bottom-end' : 'right-end'}
      withinPortal
    >
      <Group gap="xs" wrap="nowrap" justify="space-between">
        {!compact && <AccountName />}
        <Menu.Target>
          <AccountButton />
        </Menu.Target>
      </Group>
      <Menu.Dropdown>
        {compact && (
          <Menu.Label>
            {name ?? 'This machine'} · {roles[role]}
          </Menu.Label>
        )}
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}>
          {appearances.map(({ scheme, label, icon: Icon }) => (
            <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick rightSection={<Icon size={16} aria-hidden />}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<IconApi size={16} />} component="a" href="graphql" target="_blank">
          The API, in GraphiQL
        </Menu.Item>
        {name !== null && (
          <Menu.Item leftSection={<IconLogout size={16} />} closeMenuOnClick={false} onClick={leave}>
            Sign out
            <span role="status">{isStuck && ': the server does not answer. Try again when it is back.'}</span>
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
