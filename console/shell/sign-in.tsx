import { Alert, Button, Center, Code, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { signIn } from '../talk/session.js'
import { Mark } from './mark.js'

/** @param why what the server said @param signedIn called once the cookie is there */
export function SignIn({ why, signedIn }: { why: string; signedIn: () => void }) {
  const [token, setToken] = useState('')
  const [trouble, setTrouble] = useState<string>()
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    document.title = 'Sign in · WasteX'
  }, [])
  const enter = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await signIn(token.trim())
      signedIn()
    } catch (error) {
      setTrouble((error as Error).message)
    } finally {
      setBusy(false)
    }
  }
  // A server that lets whoever is on its machine in says so to others: a token is not what is missing there.
  const wantsNoToken = why.startsWith('Without a token')
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={420} shadow="sm">
        <form onSubmit={(event) => void enter(event)}>
          <Stack>
            <Mark size={40} />
            <Title order={1} size="h3">
              Sign in to WasteX
            </Title>
            {wantsNoToken && <Text size="sm">{why}</Text>}
            <PasswordInput
              label="Token"
              description="It begins with wastex_."
              placeholder="wastex_…"
              autoComplete="current-password"
              // Nothing else can be done here.
              // eslint-disable-next-line jsx-a11y/no-autofocus
              autoFocus
              required
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
            />
            <Text size="xs" c="dimmed">
              Whoever runs the server makes one:
            </Text>
            <Code block style={{ whiteSpace: 'pre-wrap' }}>
              npm run token -- create NAME --role operator
            </Code>
            {trouble && (
              <Alert color="red" role="alert">
                {trouble}
              </Alert>
            )}
            <Button type="submit" loading={busy} disabled={token.trim() === ''}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  )
}
