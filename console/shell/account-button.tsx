/** Who is signed in, and what opens the menu. */
import { ActionIcon, Text } from '@mantine/core'
import { IconUser } from '@tabler/icons-react'
import type { ComponentPropsWithRef } from 'react'
import { useWho } from '../talk/who.js'

export const roles = { DEVICE: 'device', OPERATOR: 'operator', TRAINER: 'trainer', ADMIN: 'admin' } as const

export function AccountName() {
  const { name, role } = useWho()
  return (
    <Text size="sm" lh={1.3} truncate component="div">
      {name ?? 'This machine'}
      <Text size="xs" c="dimmed">
        {roles[role]}
      </Text>
    </Text>
  )
}

export const AccountButton = (props: ComponentPropsWithRef<'button'>) => (
  <ActionIcon variant="default" size="lg" aria-label="Account and appearance" {...props}>
    <IconUser size={18} stroke={1.6} />
  </ActionIcon>
)
