/** By class, by split, and by whether this version brought them. */
import { Group, NativeSelect, SegmentedControl, Switch } from '@mantine/core'
import type { Split } from '../generated/graphql.js'
import { count } from '../look/figures.js'
import type { PhotoFilter } from './use-photo-filter.js'
import { splitNames, splits } from '../versions/splits.js'

interface PhotoFiltersProps {
  filter: PhotoFilter
  change: (to: PhotoFilter) => void
  classCounts: readonly { classLabel: string; count: number }[]
  /** A version without a parent brought all of its photos. */
  hasParent: boolean
}

const splitChoices = [
  { value: '', label: 'All' },
  ...splits.map((split) => ({ value: split, label: capital(splitNames[split]) })),
]

export function PhotoFilters({ filter, change, classCounts, hasParent }: PhotoFiltersProps) {
  return (
    <Group gap="md" role="group" aria-label="Which photos">
      <NativeSelect
        aria-label="Class"
        size="sm"
        value={filter.classLabel ?? ''}
        onChange={({ currentTarget: { value } }) => change({ classLabel: value || undefined })}
        data={[
          { value: '', label: 'All classes' },
          ...classCounts.map((one) => ({ value: one.classLabel, label: `${one.classLabel} (${count(one.count)})` })),
        ]}
      />
      <SegmentedControl
        aria-label="Split"
        size="sm"
        value={filter.split ?? ''}
        onChange={(value) => change({ split: (value || undefined) as Split | undefined })}
        data={splitChoices}
      />
      {hasParent && (
        <Switch
          label="Added in this version"
          checked={filter.addedHere ?? false}
          onChange={({ currentTarget: { checked } }) => change({ addedHere: checked })}
        />
      )}
    </Group>
  )
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
