/** Any class by its name, and a new one in place; its list comes a moment later. */
import { Kbd, TextInput } from '@mantine/core'
import type { RefObject } from 'react'
import { soon } from '../shell/soon.js'

export interface ClassFinderProps {
  classLabels: readonly string[]
  choose: (classLabel: string) => void
  input: RefObject<HTMLInputElement | null>
}

const Until = () => (
  <TextInput
    aria-label="Find or name a class"
    placeholder="Find or name a class"
    rightSection={<Kbd aria-hidden>/</Kbd>}
    readOnly
  />
)

export const ClassFinder = soon<ClassFinderProps>(
  () => import('./class-choices.js').then((part) => part.ClassChoices),
  Until,
)
