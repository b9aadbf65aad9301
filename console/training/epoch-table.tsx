/** Every epoch in figures, newest first: for whoever does not see the curves, and to copy. */
import { Table } from '@mantine/core'
import type { EpochFragment } from '../generated/graphql.js'
import { duration, percent } from '../look/figures.js'
import { keptOf } from './kept.js'
import classes from './training.module.css'

const names: Readonly<Record<string, string>> = { HEAD: 'Head', FINE_TUNE: 'Fine-tune' }
const heads = ['Stage', 'Epoch', 'Loss', 'Validation loss', 'Accuracy', 'Validation accuracy', 'Learning rate', 'Time']

const orNone = (value: number | null, say: (value: number) => string) => (value === null ? '–' : say(value))
const loss = (value: number) => value.toFixed(4)
const rate = (value: number) => (value === 0 ? '0' : value.toExponential(2))
const seconds = (value: number) => (value < 10 ? `${value.toFixed(1)} s` : duration(value))

interface EpochTableProps {
  run: string
  epochs: readonly EpochFragment[]
  /** Nothing comes any more, and a model was made of it. */
  isDone: boolean
}

export function EpochTable({ run, epochs, isDone }: EpochTableProps) {
  const kept = { HEAD: keptOf(epochs, 'HEAD'), FINE_TUNE: keptOf(epochs, 'FINE_TUNE') }
  return (
    <details className={classes.fold}>
      <summary>Every epoch in figures ({epochs.length})</summary>
      <Table.ScrollContainer
        minWidth={620}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'group', 'aria-label': 'Epochs, scrolls' } }}
      >
        <Table className="figures" highlightOnHover>
          <Table.Caption>
            Epochs of {run}, newest first. Loss: mean cross entropy in nats, with the targets of the recipe (the
            evaluation has it with the labels as they are).
          </Table.Caption>
          <Table.Thead>
            <Table.Tr>
              {heads.map((head, i) => (
                <Table.Th key={head} ta={i === 0 ? undefined : 'right'}>
                  {head}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {epochs.toReversed().map((epoch) => (
              <Table.Tr key={`${epoch.stage} ${epoch.epoch}`}>
                <Table.Td>{names[epoch.stage]}</Table.Td>
                {[
                  epoch.epoch === kept[epoch.stage as keyof typeof kept] ? (
                    <b key="kept">
                      {isDone ? 'kept' : 'best'}: {epoch.epoch}
                    </b>
                  ) : (
                    epoch.epoch
                  ),
                  loss(epoch.loss),
                  orNone(epoch.valLoss, loss),
                  percent(epoch.accuracy),
                  orNone(epoch.valAccuracy, percent),
                  rate(epoch.learningRate),
                  seconds(epoch.seconds),
                ].map((said, i) => (
                  <Table.Td key={heads[i + 1]} ta="right">
                    {said}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </details>
  )
}
