/** What a run was started with, and the files that came of it. */
import { Anchor } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { counted, fileSize, moment } from '../look/figures.js'
import classes from './training.module.css'
import type { Run } from './use-run.js'
import { recipes } from './words.js'

export function Settings({ run }: { run: Run }) {
  const { settings, recipe, startedFrom, autoPromote } = run
  const { stage1, stage2 } = settings
  const facts: [string, ReactNode][] = [
    ['Recipe', recipes[recipe].name],
    ['Began with', startedFrom ? <TheWeightsOf key="from" run={startedFrom.name} /> : 'the backbone (ImageNet)'],
    ['Head', stageSaid(stage1)],
    ['Fine-tune', stage2.epochs === 0 ? 'left out' : `${stageSaid(stage2)}, the last ${stage2.layers} of 311 layers`],
    ['Batch size', counted(settings.batchSize, 'photo')],
    ['Seed', settings.seed],
    ['Early stopping', settings.earlyStopping ? 'on: a stage ends when the validation photos gain no more' : 'off'],
    ['Promotes itself', autoPromote ? 'yes, when it is recommended' : 'no'],
    ['Asked for', moment(run.createdAt)],
    ...(run.finishedAt ? ([['Ended', moment(run.finishedAt)]] as [string, ReactNode][]) : []),
  ]
  return (
    <details className={classes.fold}>
      <summary>What it was started with</summary>
      <dl className={classes.facts}>
        {facts.map(([name, said]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd className="figures">{said}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

const TheWeightsOf = ({ run }: { run: string }) => (
  <>
    the weights of{' '}
    <Anchor component={Link} href={`/training/${run}`} inherit underline="always">
      {run}
    </Anchor>
  </>
)

const stageSaid = ({ epochs, learningRate }: { epochs: number; learningRate: number }) =>
  `at most ${counted(epochs, 'epoch')}, learning rate ${learningRate}`

export function Files({ run }: { run: Run }) {
  if (run.artefacts.length === 0) return null
  return (
    <details className={classes.fold}>
      <summary>Its files ({run.artefacts.length})</summary>
      <ul className={classes.files}>
        {run.artefacts.map(({ name, url, bytes }) => (
          <li key={name}>
            <Anchor href={url} download={`${run.name}-${name}`} size="sm">
              {name}
            </Anchor>
            <span className="figures">{fileSize(bytes)}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
