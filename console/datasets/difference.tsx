/** What sets a version apart from another one: in numbers, and as photos. */
import { Group, NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { useQuery } from 'urql'
import { DifferenceDocument, type VersionLineFragment } from '../generated/graphql.js'
import { count } from '../look/figures.js'
import { Loading, TroubleNote } from '../shell/states.js'
import { troubleOf } from '../talk/trouble.js'
import { ClassChanges } from './class-changes.js'
import { type Kind, DifferencePhotos } from './difference-photos.js'

interface DifferenceProps {
  version: VersionLineFragment
  versions: readonly VersionLineFragment[]
}

export function Difference({ version, versions }: DifferenceProps) {
  const [search, setSearch] = useSearchParams()
  const others = [...new Set([version.parent?.name, ...versions.map(({ name }) => name)])].filter(
    (name): name is string => name !== undefined && name !== version.name,
  )
  const from = search.get('from') ?? others[0]
  if (from === undefined) return <Text c="dimmed">There is no other version to compare it with.</Text>
  return (
    <Stack gap="md">
      <NativeSelect
        label={`Compare ${version.name} with`}
        maw={320}
        value={from}
        onChange={({ currentTarget: { value } }) =>
          setSearch((old) => (old.set('from', value), old), { replace: true })
        }
        data={others.map((name) => ({
          value: name,
          label: name === version.parent?.name ? `${name} (its parent)` : name,
        }))}
      />
      <Between key={`${from} ${version.name}`} from={from} to={version.name} />
    </Stack>
  )
}

function Between({ from, to }: { from: string; to: string }) {
  const [{ data, error }, ask] = useQuery({ query: DifferenceDocument, variables: { from, to } })
  const [chosen, setChosen] = useState<Kind>()
  const trouble = troubleOf(error)
  if (trouble && !data) return <TroubleNote trouble={trouble} again={() => ask({ requestPolicy: 'network-only' })} />
  if (!data) return <Loading what="Comparing the two" />
  const { addedCount, removedCount, relabelledCount, classCounts } = data.versionDiff
  const kinds: readonly { kind: Kind; word: string; number: number }[] = [
    { kind: 'added', word: 'Added', number: addedCount },
    { kind: 'removed', word: 'Removed', number: removedCount },
    { kind: 'relabelled', word: 'Relabelled', number: relabelledCount },
  ]
  const kind = chosen ?? kinds.find(({ number }) => number > 0)?.kind
  if (!kind) return <Text c="dimmed">The two have the same photos, with the same labels.</Text>
  return (
    <>
      <ClassChanges classCounts={classCounts} from={from} to={to} />
      <Group>
        <SegmentedControl
          aria-label="Which photos"
          value={kind}
          onChange={(value) => setChosen(value)}
          data={kinds.map(({ kind: value, word, number }) => ({ value, label: `${word} ${count(number)}` }))}
        />
      </Group>
      <DifferencePhotos key={kind} kind={kind} from={from} to={to} />
    </>
  )
}
