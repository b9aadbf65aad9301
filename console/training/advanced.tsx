/** What the recipe decides unless somebody says otherwise: folded away. */
import { Checkbox, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { SettingsFragment } from '../generated/graphql.js'
import { type Choices, numberFieldNames, numberFields, valueIn } from './start-choices.js'
import classes from './training.module.css'

interface AdvancedProps {
  choices: Choices
  change: (to: Partial<Choices>) => void
  /** By field, as the API names them below `input`. */
  errors: Readonly<Record<string, string>>
  /** What it would be started with; undefined: not known yet. */
  settings: SettingsFragment | undefined
}

export function Advanced({ choices, change, errors, settings }: AdvancedProps) {
  const [opened, setOpened] = useState(false)
  const isWrong = numberFieldNames.some((field) => errors[field])
  return (
    <Stack gap="sm">
      <Checkbox
        label="Promote it by itself"
        description="When the comparison recommends it over the model that serves, or none has ever served, it answers every photo from that moment on, and nobody is asked first."
        checked={choices.autoPromote}
        onChange={(event) => change({ autoPromote: event.currentTarget.checked })}
      />
      <details
        className={classes.fold}
        open={opened || isWrong}
        onToggle={(event) => setOpened(event.currentTarget.open)}
      >
        <summary>Advanced</summary>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            What is left empty is as it says there.
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
            {numberFieldNames.map((field) => {
              const { label, isWhole, ...more } = numberFields[field]
              return (
                <TextInput
                  key={field}
                  label={label}
                  description={'about' in more ? more.about : undefined}
                  inputMode={isWhole ? 'numeric' : 'decimal'}
                  placeholder={settings && valueIn(settings, field)}
                  value={choices.numbers[field] ?? ''}
                  error={errors[field]}
                  onChange={(event) => change({ numbers: { ...choices.numbers, [field]: event.currentTarget.value } })}
                />
              )
            })}
          </SimpleGrid>
          <Checkbox
            label="Early stopping"
            description="A stage ends when the validation photos gain no more."
            checked={choices.earlyStopping}
            onChange={(event) => change({ earlyStopping: event.currentTarget.checked })}
          />
          <Checkbox
            label="Go on from the model that serves"
            description="Where at most a tenth of the photos has changed and nothing else is asked for: as good, and quicker. Otherwise it begins with the backbone."
            checked={choices.fromServing}
            onChange={(event) => change({ fromServing: event.currentTarget.checked })}
          />
        </Stack>
      </details>
    </Stack>
  )
}
