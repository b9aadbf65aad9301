/** What a screen says while it has nothing to show. */
import { Alert, Button, Center, Loader, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Trouble } from '../talk/trouble.js'

export const Loading = ({ what = 'Loading' }: { what?: string }) => (
  <Center mih={240} role="status">
    <Stack align="center" gap="xs">
      <Loader type="dots" />
      <Text c="dimmed" size="sm">
        {what}
      </Text>
    </Stack>
  </Center>
)

interface EmptyProps {
  title: string
  /** What to do next. */
  hint?: ReactNode
  icon?: ReactNode
  children?: ReactNode
}

export const Empty = ({ title, hint, icon, children }: EmptyProps) => (
  <Center mih={240} px="md">
    <Stack align="center" gap="xs" maw={480} ta="center">
      {icon}
      <Title order={2} size="h4">
        {title}
      </Title>
      {hint && <Text c="dimmed">{hint}</Text>}
      {children}
    </Stack>
  </Center>
)

/** @param again asks once more */
export function TroubleNote({ trouble, again }: { trouble: Trouble; again?: () => void }) {
  const isOffline = trouble.code === 'OFFLINE'
  return (
    <Alert
      role="alert"
      color={isOffline ? 'gray' : 'red'}
      icon={isOffline ? <IconPlugConnectedX /> : <IconAlertTriangle />}
      title={titles[trouble.code] ?? 'That did not work'}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{trouble.message}</Text>
        {trouble.requestId && (
          <Text size="xs" c="dimmed">
            In the server’s log: {trouble.requestId}
          </Text>
        )}
        {again && (
          <Button size="xs" variant="default" onClick={again}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

const titles: Readonly<Record<string, string>> = {
  OFFLINE: 'Offline',
  OLD: 'This page is old',
  FORBIDDEN: 'Your token may not do that',
  NO_MODEL: 'No model serves yet',
  NOT_FOUND: 'It is not there',
  OVERLOADED: 'The server is busy',
  DATABASE_UNAVAILABLE: 'The database is not answering',
  TRAINING_IN_PROGRESS: 'Another training is on',
  CONFLICT: 'That cannot be now',
}
