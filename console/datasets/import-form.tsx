/** Which folder becomes a version, and under which name. */
import { Button, Checkbox, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useQuery } from 'urql'
import { type ImportDatasetInput, ImportRootsDocument } from '../generated/graphql.js'
import { TroubleNote } from '../shell/states.js'
import type { Trouble } from '../talk/trouble.js'

interface ImportFormProps {
  /** What was asked for and refused; else the name alone. */
  proposed: ImportDatasetInput
  trouble: Trouble | undefined
  begin: (input: ImportDatasetInput) => void
  /** Left out: there is nothing else to do. */
  cancel?: () => void
}

const fields = new Set(['input.name', 'input.path', 'input.classes', 'input.notes'])

export function ImportForm({ proposed, trouble, begin, cancel }: ImportFormProps) {
  const [name, setName] = useState(proposed.name)
  const [path, setPath] = useState(proposed.path)
  const [classes, setClasses] = useState(proposed.classes?.join(', ') ?? '')
  const [notes, setNotes] = useState(proposed.notes ?? '')
  const [activate, setActivate] = useState(proposed.activate ?? false)
  const [{ data }] = useQuery({ query: ImportRootsDocument })
  const roots = data?.importRoots
  const form = useRef<HTMLFormElement>(null)
  const wrong = trouble?.field
  const errorAt = (field: string) => (wrong === field ? trouble?.message : undefined)
  useEffect(() => {
    form.current?.querySelector<HTMLElement>(trouble ? '[aria-invalid=true]' : '[name=path]')?.focus()
  }, [trouble])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const only = classes
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
    begin({ name, path, activate, ...(only.length > 0 && { classes: only }), ...(notes.trim() && { notes }) })
  }
  return (
    <form ref={form} onSubmit={submit}>
      <Stack gap="sm" maw={640}>
        <TextInput
          label="Folder on the server"
          name="path"
          description={`It has a folder of photos for each class, or train, val and test folders of such, and lies below ${roots ? roots.join(' or ') : 'a folder that WASTEX_IMPORT_ROOTS names'}. The photos stay where they are.`}
          placeholder={roots?.[0] ? `${roots[0]}/…` : '/where/photos/are'}
          required
          value={path}
          error={errorAt('input.path')}
          onChange={(event) => setPath(event.currentTarget.value)}
        />
        <TextInput
          label="Name of the version"
          name="name"
          required
          maxLength={64}
          value={name}
          error={errorAt('input.name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Only these classes"
          name="classes"
          description="Class folders, with commas between them. Left empty: all of them."
          placeholder="glass, paper"
          value={classes}
          error={errorAt('input.classes')}
          onChange={(event) => setClasses(event.currentTarget.value)}
        />
        <Textarea
          label="Notes"
          name="notes"
          autosize
          minRows={2}
          maxLength={10_000}
          value={notes}
          error={errorAt('input.notes')}
          onChange={(event) => setNotes(event.currentTarget.value)}
        />
        <Checkbox
          label="Make it the active version: the next one is made from it"
          checked={activate}
          onChange={(event) => setActivate(event.currentTarget.checked)}
        />
        {trouble && !fields.has(wrong ?? '') && <TroubleNote trouble={trouble} />}
        <Group gap="xs">
          <Button type="submit" disabled={path.trim() === '' || name.trim() === ''}>
            Import
          </Button>
          {cancel && (
            <Button variant="default" onClick={cancel}>
              Cancel
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}
