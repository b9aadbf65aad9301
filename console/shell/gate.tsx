/** Nobody sees a screen before the server has said who they are. */
import { Center, Container } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useQuery } from 'urql'
import { MeDocument } from '../generated/graphql.js'
import { useRefusal } from '../talk/line.js'
import { troubleOf } from '../talk/trouble.js'
import { type Who, WhoProvider } from '../talk/who.js'
import { SignIn } from './sign-in.js'
import { Loading, TroubleNote } from './states.js'

const againMs = 3_000

/** @param anew makes the line to the server anew, as somebody else */
export function Gate({ anew, children }: { anew: () => void; children: ReactNode }) {
  const [{ data, error, fetching, stale }, ask] = useQuery({ query: MeDocument })
  const trouble = troubleOf(error)
  const isAway = trouble !== undefined && trouble.code !== 'UNAUTHENTICATED'
  useEffect(() => {
    if (!isAway) return
    const timer = setInterval(() => ask({ requestPolicy: 'network-only' }), againMs)
    return () => clearInterval(timer)
  }, [isAway, ask])
  useRefusal(() => {
    // This very question is refused, too, where nobody is signed in: its answer says so.
    if (!fetching && !stale && trouble?.code !== 'UNAUTHENTICATED') ask({ requestPolicy: 'network-only' })
  })
  // Whoever is known stays so while the server is away or busy: what they do on the screens goes on.
  const known = useRef<Who>(undefined)
  if (data?.me) known.current = data.me
  if (trouble?.code === 'UNAUTHENTICATED') return <SignIn why={trouble.message} signedIn={anew} />
  if (known.current) return <WhoProvider who={known.current}>{children}</WhoProvider>
  return (
    <Center component="main" mih="100vh">
      <Container size="xs">
        {trouble ? <TroubleNote trouble={trouble} /> : <Loading what="Asking the server" />}
      </Container>
    </Center>
  )
}
