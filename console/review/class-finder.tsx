/** Any class by its name, and a new one in place; its list comes a moment later. */
import { Kbd, TextInput } from '@mantine/core'
import type { RefObject } from 'react'
import { part } from '../shell/part.js'
import { longestName } from './choices.js'

export interface ClassFinderProps {
  classLabels: readonly string[]
  /** See Room. */
  areAll: boolean
  choose: (classLabel: string) => void
  input: RefObject<HTMLInputElement | null>
}

/** What is typed here, and Enter, is taken over by the list: letters that went nowhere would be keys, and reject a photo. */
const Until = ({ input }: ClassFinderProps) => (
  <TextInput
    ref={input}
    aria-label="Find or name a class"
    aria-keyshortcuts="/ n"
    placeholder="Find or name a class"
    rightSection={<Kbd aria-hidden>/</Kbd>}
    maxLength={longestName}
    autoComplete="off"
    spellCheck={false}
    onKeyDown={({ key, currentTarget }) => void (currentTarget.dataset['entered'] = String(key === 'Enter'))}
  />
)

export const ClassFinder = part<ClassFinderProps>(
  () => import('./class-choices.js').then((own) => own.ClassChoices),
  Until,
)
