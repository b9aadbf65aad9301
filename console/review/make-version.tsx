/** The next version of the dataset: its parent and everything that is staged. */
import { Button, Group, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { Link } from 'wouter'
import { MakeVersionDocument, VersionsBeforeDocument } from '../generated/graphql.js'
import { counted } from '../look/figures.js'
import { TroubleNote } from '../shell/states.js'
import { troubleOf } from '../talk/trouble.js'
import { Untrainable } from '../versions/untrainable.js'
import type { ClassCount } from './use-staged-counts.js'
import { VersionContents } from './version-contents.js'
import { nextName } from '../versions/next-name.js'

interface MakeVersionProps {
  counts: readonly ClassCount[]
  staged: number
  made: () => void
}

export function MakeVersion({ counts, staged, made }: MakeVersionProps) {
  const [{ data }] = useQuery({ query: VersionsBeforeDocument })
  const [{ data: done, error, fetching }, make] = useMutation(MakeVersionDocument)
  const [typed, setTyped] = useState<string>()
  const [asked, ask] = useState<string>()
  const [notes, setNotes] = useState('')
  const versions = data?.datasetVersions.edges.map(({ node }) => node) ?? []
  const parent = versions.find(({ isActive }) => isActive)
  const proposed = nextName(
    parent?.name,
    versions.map(({ name }) => name),
  )
  const name = typed ?? proposed
  const trouble = troubleOf(error)
  const isTaken = trouble?.field === 'input.name'
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    // What is counted as staged is counted again.
    const context = { additionalTypenames: ['ImageConnection'] }
    ask(name)
    const { data } = await make({ input: { name, notes: notes.trim() || null } }, context)
    if (!data) return
    setTyped(undefined)
    setNotes('')
    made()
  }
  const version = done?.createVersion
  if (!version && staged === 0) return null
  return (
    <Paper withBorder p="md" mb="md">
      <div role="status">
        {version && (
          <Group gap="sm" mb={staged > 0 ? 'md' : 0}>
            <Text>
              <b>{version.name}</b> is made, of {counted(version.totalImages, 'photo')}. The next version starts from
              it.
            </Text>
            <Button component={Link} href={`/training?version=${encodeURIComponent(version.name)}`}>
              Train with {version.name}
            </Button>
            <Untrainable classLabels={version.untrainableClasses}>
              A training leaves out classes without a training photo. Label other photos of them before you train.
            </Untrainable>
          </Group>
        )}
      </div>
      {staged > 0 && data && (
        <form onSubmit={(event) => void submit(event)}>
          <Stack gap="sm">
            <Title order={2} size="h4">
              Make version {name}
            </Title>
            <VersionContents counts={counts} staged={staged} parent={parent} />
            <Group align="flex-end" gap="sm">
              <TextInput
                label="Name"
                w={180}
                maxLength={64}
                required
                withAsterisk={false}
                value={name}
                error={isTaken && name === asked && trouble.message}
                onChange={({ currentTarget }) => setTyped(currentTarget.value)}
              />
              <Textarea
                label="Notes"
                placeholder="What is worth knowing about it later"
                flex="1 1 220px"
                rows={1}
                autosize
                maxRows={6}
                maxLength={10_000}
                value={notes}
                onChange={({ currentTarget }) => setNotes(currentTarget.value)}
              />
              <Button type="submit" loading={fetching} disabled={name.trim() === ''}>
                Make version {name}
              </Button>
            </Group>
            {trouble && !isTaken && <TroubleNote trouble={trouble} />}
          </Stack>
        </form>
      )}
    </Paper>
  )
}
