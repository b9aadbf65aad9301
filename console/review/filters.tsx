import { NativeSelect, SimpleGrid } from '@mantine/core'
import type { ImageOrder, ReviewReason } from '../generated/graphql.js'
import { orders, reasons, type View } from './view.js'

interface FiltersProps {
  view: View
  show: (change: Partial<View>) => void
  classLabels: readonly string[]
}

export const Filters = ({ view, show, classLabels }: FiltersProps) => (
  <SimpleGrid cols={3} spacing="xs" maw={640} mb="md" role="group" aria-label="Which photos">
    <NativeSelect
      size="xs"
      aria-label="Class that the model predicted"
      value={view.predicted}
      onChange={({ currentTarget }) => show({ predicted: currentTarget.value })}
      data={[{ value: '', label: 'Any class' }, ...withChosen(classLabels, view.predicted)]}
    />
    <NativeSelect
      size="xs"
      aria-label="Reason"
      value={view.reason}
      onChange={({ currentTarget }) => show({ reason: currentTarget.value as ReviewReason | '' })}
      data={[{ value: '', label: 'Any reason' }, ...reasons]}
    />
    <NativeSelect
      size="xs"
      aria-label="Order"
      value={view.order}
      onChange={({ currentTarget }) => show({ order: currentTarget.value as ImageOrder })}
      data={[...orders]}
    />
  </SimpleGrid>
)

/** What the address asks for can be chosen, though the classes are not there yet. */
const withChosen = (classLabels: readonly string[], chosen: string) =>
  [...new Set([...classLabels, chosen])].filter(Boolean).map((label) => ({ value: label, label }))
