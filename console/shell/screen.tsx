/** A screen: its name, what can be done on it, and what it shows. */
import { Box, Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { screenIsThere } from './first-screen.js'

interface ScreenProps {
  title: string
  /** A line below it. */
  about?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export function Screen({ title, about, actions, children }: ScreenProps) {
  useEffect(() => {
    document.title = `${title} · WasteX`
    screenIsThere()
  }, [title])
  return (
    <Stack gap="md" pb="xl">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box>
          <Title order={1} size="h2">
            {title}
          </Title>
          {about && (
            <Text c="dimmed" size="sm" component="div">
              {about}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}
