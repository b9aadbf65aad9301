/** A photo and what the model says of it. */
import { Anchor, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core'
import { Link } from 'wouter'
import { useColourOf } from '../classes/known-classes.js'
import { Bars } from '../charts/bars.js'
import { percent } from '../look/figures.js'
import { Thumbnail } from '../photos/thumbnail.js'
import { TroubleNote } from '../shell/states.js'
import { useMay } from '../talk/who.js'
import classes from './classify.module.css'
import { Evidence } from './evidence.js'
import { HeatOverlay } from './heat-overlay.js'
import type { Answer, SentPhoto } from './sent-photo.js'
import { ThatIsWrong } from './that-is-wrong.js'
import { verdictOf } from './verdict.js'

const states = {
  waiting: 'Waits to be sent',
  sending: 'Sending',
  again: 'It is sent again',
  answered: '',
  refused: '',
} as const
const said = ({ state, trouble }: SentPhoto): string =>
  state !== 'again' || !trouble
    ? states[state]
    : trouble.code === 'OFFLINE'
      ? 'No connection: it is sent again'
      : `${trouble.message} It is sent again.`

interface AnswerCardProps {
  photo: SentPhoto
  /** What the model can answer. */
  classLabels: readonly string[]
  /** It is shown where the network looked. */
  isHot: boolean
  /** See ThatIsWrong. */
  disputed: (as: NonNullable<SentPhoto['disputed']>) => void
}

export function AnswerCard({ photo, classLabels, isHot, disputed }: AnswerCardProps) {
  const { answer, state, trouble, name, url } = photo
  return (
    <Paper component="article" withBorder className={classes.card} aria-label={name} aria-busy={!answer && !trouble}>
      <div className={classes.photo}>
        <div className={classes.picture}>
          <Thumbnail url={url} alt={answer ? `${name}: ${answer.classLabel}` : name} whole eager />
          {answer?.heatMap && isHot && <HeatOverlay {...answer.heatMap} />}
        </div>
      </div>
      <Stack gap="sm" p="md" miw={0}>
        {answer ? (
          <Said answer={answer} disputed={photo.disputed} />
        ) : state === 'refused' && trouble ? (
          <TroubleNote trouble={trouble} />
        ) : (
          <Group gap="xs">
            <Loader size="xs" type="dots" />
            <Text size="sm" c="dimmed">
              {said(photo)}
            </Text>
          </Group>
        )}
        {answer && !answer.ood && !answer.image && (
          <ThatIsWrong photo={photo} classLabels={classLabels} disputed={disputed} />
        )}
        <Text size="xs" c="dimmed" truncate title={name}>
          {name}
          {answer && ` · answered by ${answer.servedBy.name}`}
        </Text>
      </Stack>
    </Paper>
  )
}

function Said({ answer, disputed }: { answer: Answer; disputed: SentPhoto['disputed'] }) {
  const colourOf = useColourOf()
  const isOperator = useMay('OPERATOR')
  const { title, because, waits } = verdictOf(answer, disputed)
  return (
    <>
      <div>
        <Title order={2} size="h3" className={classes.verdict}>
          <span className={classes.class}>{title}</span>
          <Text span c="dimmed" className="figures" fw={400}>
            {percent(answer.scores[0]?.calibrated ?? answer.confidence)}
          </Text>
        </Title>
        <Text size="sm" c="dimmed">
          {because}{' '}
          {waits && isOperator && (
            <Anchor component={Link} href="/review" size="sm" underline="always">
              Go to review
            </Anchor>
          )}
        </Text>
      </div>
      <Bars
        label="How likely each class is"
        most={1}
        bars={answer.scores.slice(0, 6).map(({ classLabel, probability, calibrated }) => ({
          name: classLabel,
          value: calibrated ?? probability,
          said: percent(calibrated ?? probability),
          colour: colourOf(classLabel),
        }))}
      />
      <Evidence answer={answer} />
    </>
  )
}
