/** How far the photos are; and the newest answer in a line, for whoever does not see it (a card read out whole is a minute). */
import { Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { counted, percent } from '../look/figures.js'
import { isOpen, type SentPhoto } from './sent-photo.js'
import { verdictOf } from './verdict.js'

function lineOf({ name, answer, trouble }: SentPhoto): string {
  if (!answer) return `${name}: ${trouble?.message ?? 'no answer'}`
  return `${name}: ${verdictOf(answer).title}, ${percent(answer.scores[0]?.calibrated ?? answer.confidence, 0)}`
}

export function LastAnswer({ photos }: { photos: readonly SentPhoto[] }) {
  const [said, setSaid] = useState('')
  const heard = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const done = photos.filter((photo) => !isOpen(photo))
    const latest = done.find(({ key }) => !heard.current.has(key))
    heard.current = new Set(done.map(({ key }) => key))
    if (latest) setSaid(lineOf(latest))
  }, [photos])
  const open = photos.filter(isOpen).length
  return (
    <>
      <span className="unseen" role="status">
        {said}
      </span>
      {open > 1 && (
        <Text size="sm" c="dimmed" className="figures">
          {counted(open, 'photo')} of {photos.length} wait for an answer. You may look at another screen meanwhile.
        </Text>
      )}
    </>
  )
}
