/** Who is signed in, light or dark, and the way out. */
import { ActionIcon, Group, Menu, Text, useMantineColorScheme } from '@mantine/core'
import { IconApi, IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react'
import { signOut } from '../talk/session.js'
import { useWho } from '../talk/who.js'

const roles = { DEVICE: 'device', OPERATOR: 'operator', TRAINER: 'trainer', ADMIN: 'admin' } as const

/** @param anew see Gate */
export function Account({ anew, compact = false }: { anew: () => void; compact?: boolean }) {
  const { name, role } = useWho()
  const { setColorScheme } = useMantineColorScheme()
  return (
    <Menu position={compact ? 'bottom-end' : 'right-end'} withinPortal>
      <Group gap="xs" wrap="nowrap" justify="space-between">
        {!compact && (
          <Text size="sm" lh={1.3} truncate component="div">
            {name ?? 'This machine'}
            <Text size="xs" c="dimmed">
              {roles[role]}
            </Text>
          </Text>
        )}
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label="Account and appearance">
            <IconUser size={18} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
      </Group>
      <Menu.Dropdown>
        {compact && (
          <Menu.Label>
            {name ?? 'This machine'} · {roles[role]}
          </Menu.Label>
        )}
        <Menu.Item leftSection={<IconSun size={16} />} onClick={() => setColorScheme('light')}>
          Light
        </Menu.Item>
        <Menu.Item leftSection={<IconMoon size={16} />} onClick={() => setColorScheme('dark')}>
          Dark
        </Menu.Item>
        <Menu.Item leftSection={<IconDeviceDesktop size={16} />} onClick={() => setColorScheme('auto')}>
          As the system
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconApi size={16} />} component="a" href="/graphql" target="_blank">
          The API, in GraphiQL
        </Menu.Item>
        {name !== null && (
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut().then(anew)}>
            Sign out
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
