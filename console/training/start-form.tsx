/** From which photos, by which recipe, and what that will take. */
import { Anchor, Button, NativeSelect, Radio, Stack, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { Link } from 'wouter'
import { StartRunDocument } from '../generated/graphql.js'
import { counted } from '../look/figures.js'
import { TroubleNote } from '../shell/states.js'
import { troubleOf } from '../talk/trouble.js'
import { Untrainable } from '../versions/untrainable.js'
import { Advanced } from './advanced.js'
import { Estimate } from './estimate.js'
import { type Choices, firstChoices, inputOf, notNumbers } from './start-choices.js'
import { useEstimate } from './use-estimate.js'
import classes from './training.module.css'
import { recipes } from './words.js'

export interface VersionName {
  readonly name: string
  readonly isActive: boolean
  readonly totalImages: number
}

interface StartFormProps {
  versions: readonly VersionName[]
  /** Chosen at first. */
  first: string
  running?: string
  /** Told the run's name. */
  started: (name: string) => void
}

export function StartForm({ versions, first, running, started }: StartFormProps) {
  const [choices, setChoices] = useState(firstChoices(first))
  const change = (to: Partial<Choices>) => setChoices((old) => ({ ...old, ...to }))
  const typos = notNumbers(choices)
  const isTyped = Object.keys(typos).length === 0
  const input = inputOf(choices)
  const estimated = useEstimate(isTyped ? input : undefined)
  const [{ fetching, error }, start] = useMutation(StartRunDocument)
  const trouble = troubleOf(error) ?? estimated.trouble
  const at = trouble?.field?.replace(/^input\./, '')
  const errors: Readonly<Record<string, string>> = { ...(at && trouble ? { [at]: trouble.message } : {}), ...typos }
  const isElsewhere = trouble && (at === undefined || trouble.code !== 'BAD_USER_INPUT')
  const on = running ?? trouble?.run
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void start({ input }).then(({ data }) => data && started(data.startTraining.name))
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <NativeSelect
          data-autofocus
          label="Version"
          description="What it learns from."
          value={choices.version}
          onChange={(event) => change({ version: event.currentTarget.value })}
          error={errors['datasetVersion']}
          data={versions.map(({ name, isActive, totalImages }) => ({
            value: name,
            label: `${name} · ${counted(totalImages, 'photo')}${isActive ? ' · active' : ''}`,
          }))}
        />
        <Untrainable classLabels={estimated.estimate?.untrainableClasses ?? []}>
          The run leaves out classes without a training photo. Its model does not know them, and is not judged on their
          test photos.
        </Untrainable>
        <Radio.Group label="Recipe" value={choices.recipe} onChange={(recipe) => change({ recipe })}>
          <Stack gap="xs" mt={6}>
            {Object.entries(recipes).map(([value, { name, about }]) => (
              <Radio key={value} value={value} label={name} description={about} />
            ))}
          </Stack>
        </Radio.Group>
        <Advanced choices={choices} change={change} errors={errors} settings={estimated.estimate?.settings} />
        <div className={classes.foot}>
          <Estimate {...estimated} />
          {on !== undefined && (
            <Text size="sm" role="status">
              <Anchor component={Link} href={`/training/${on}`} inherit underline="always">
                {on}
              </Anchor>{' '}
              is training. One at a time: start when it is over.
            </Text>
          )}
          {isElsewhere && trouble.code !== 'TRAINING_IN_PROGRESS' && <TroubleNote trouble={trouble} />}
          <Button type="submit" loading={fetching} disabled={!isTyped || on !== undefined}>
            Start
          </Button>
        </div>
      </Stack>
    </form>
  )
}
