/** Classes that no model can know, because no photo of theirs is for training. */
import { Alert } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

const mostNamed = 5

const named = (classLabels: readonly string[]): string => {
  const shown = classLabels.slice(0, mostNamed).map((label) => `“${label}”`)
  const more = classLabels.length - shown.length
  const last = more > 0 ? `${more} more` : shown.pop()
  return shown.length > 0 ? `${shown.join(', ')} and ${last}` : (last ?? '')
}

interface UntrainableProps {
  classLabels: readonly string[]
  /** What follows from it where this is shown. */
  children: ReactNode
}

export function Untrainable({ classLabels, children }: UntrainableProps) {
  if (classLabels.length === 0) return null
  return (
    <Alert
      color="yellow"
      // Yellow on pale yellow is too faint to read.
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
      icon={<IconAlertTriangle />}
      title={`${named(classLabels)} ${classLabels.length === 1 ? 'has' : 'have'} no training photo`}
    >
      {children}
    </Alert>
  )
}
