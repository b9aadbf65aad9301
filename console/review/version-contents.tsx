/** What the next version would be made of. */
import { Text } from '@mantine/core'
import { useQuery } from 'urql'
import { UntrainableBeforeDocument, type VersionsBeforeQuery } from '../generated/graphql.js'
import { count, counted } from '../look/figures.js'
import { Untrainable } from '../versions/untrainable.js'
import type { ClassCount } from './use-staged-counts.js'

interface VersionContentsProps {
  counts: readonly ClassCount[]
  staged: number
  /** Undefined: it is the first. */
  parent: VersionsBeforeQuery['datasetVersions']['edges'][number]['node'] | undefined
}

export function VersionContents({ counts, staged, parent }: VersionContentsProps) {
  const known = parent?.classCounts.map(({ classLabel }) => classLabel)
  const isNew = ({ classLabel }: ClassCount) => known !== undefined && !known.includes(classLabel)
  const labels = counts.map((one) => `${count(one.count)} ${one.classLabel}${isNew(one) ? ' (a new class)' : ''}`)
  return (
    <>
      <Text size="sm">
        {parent ? `${counted(parent.totalImages, 'photo')} of ${parent.name}, and ` : 'The first version: '}
        {counted(staged, 'staged photo')}
        {labels.length > 0 && `: ${labels.join(', ')}`}.
      </Text>
      {(parent === undefined || counts.some(isNew)) && (
        <Text size="sm" c="dimmed">
          About 70 % of a new class are for training, 15 % for validation and 15 % for testing, and the first photo is
          for training. The bytes of each photo decide: of a few photos the shares are rough.
        </Text>
      )}
      {parent && <AlreadyThere counts={counts} parent={parent.name} />}
      {parent && <StillUntrainable counts={counts} parent={parent.name} />}
    </>
  )
}

/** Classes for which nothing that is staged can be the first training photo: what the parent has keeps its split. */
function StillUntrainable({ counts, parent }: { counts: readonly ClassCount[]; parent: string }) {
  const [{ data }] = useQuery({ query: UntrainableBeforeDocument, variables: { name: parent } })
  const getsNew = ({ count: photos, relabelled, confirmed }: ClassCount) => photos > relabelled + confirmed
  const fresh = new Set(counts.filter(getsNew).map(({ classLabel }) => classLabel))
  const left = data?.datasetVersion?.untrainableClasses.filter((label) => !fresh.has(label)) ?? []
  return (
    <Untrainable classLabels={left}>
      Nothing that is staged changes that. Label photos that are not in {parent} yet, or a training leaves the class
      out.
    </Untrainable>
  )
}

/** Photos that the parent has keep their split: its test photos, too, get what operators say. */
function AlreadyThere({ counts, parent }: { counts: readonly ClassCount[]; parent: string }) {
  const sum = (of: 'relabelled' | 'confirmed') => counts.reduce((all, one) => all + one[of], 0)
  const [relabelled, confirmed] = [sum('relabelled'), sum('confirmed')]
  const there = relabelled + confirmed
  if (there === 0) return null
  return (
    <Text size="sm">
      {count(there)} of them {there === 1 ? 'is' : 'are'} in {parent} already, and{' '}
      {there === 1 ? 'keeps its' : 'keep their'} split: {count(relabelled)} relabelled
      {confirmed > 0 && `, ${count(confirmed)} as before`}.
    </Text>
  )
}
