/** What a run that is on tells, as it happens; what is missed is told when the line is back. */
import { useThrottledCallback } from '@mantine/hooks'
import { useRef, useState } from 'react'
import { RunEventsDocument } from '../generated/graphql.js'
import { useLive } from '../talk/live.js'
import { type Story, tell, untold } from './story.js'

/** Many events at once are drawn once. */
const togetherMs = 100

interface Told {
  readonly story: Story
  /** The line broke, and everything since then has come. */
  readonly caughtUp: boolean
}

/** @param run its name, the same for as long as the component is there @param isOn whether there is anything to be heard */
export function useStory(run: string, isOn: boolean): Told {
  const [story, setStory] = useState(untold)
  const heard = useRef(story)
  const show = useThrottledCallback(() => setStory(heard.current), togetherMs)
  const [gap, setGap] = useState<'none' | 'open' | 'closed'>('none')
  useLive(
    RunEventsDocument,
    isOn ? { run } : null,
    {
      next: ({ trainingEvents: event }) => {
        heard.current = tell(heard.current, event, Date.now())
        show()
        setGap((now) => (now === 'open' ? 'closed' : now))
      },
      mended: () => setGap('open'),
    },
    { ends: true, place: () => ({ after: heard.current.seq }) },
  )
  return { story, caughtUp: gap === 'closed' }
}
