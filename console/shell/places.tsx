/** Where one can go, by what one may do. */
import { Badge, Indicator, NavLink, Stack } from '@mantine/core'
import {
  IconChartBar,
  IconChartLine,
  IconDatabase,
  IconDeviceTv,
  IconListCheck,
  IconPhotoSearch,
} from '@tabler/icons-react'
import { Link, useLocation } from 'wouter'
import type { Role } from '../generated/graphql.js'
import { count } from '../look/figures.js'
import { mayAct, useWho } from '../talk/who.js'
import classes from './frame.module.css'
import { useWaiting, type Waiting } from './waiting.js'

interface Place {
  to: string
  label: string
  icon: typeof IconDatabase
  needs: Role
  /** What waits there, in a word or a number. */
  waits?: (waiting: Waiting) => string | undefined
}

const places: readonly Place[] = [
  { to: '/classify', label: 'Classify', icon: IconPhotoSearch, needs: 'DEVICE' },
  {
    to: '/review',
    label: 'Review',
    icon: IconListCheck,
    needs: 'OPERATOR',
    waits: ({ queue }) => (queue ? count(queue) : undefined),
  },
  { to: '/datasets', label: 'Datasets', icon: IconDatabase, needs: 'OPERATOR' },
  {
    to: '/training',
    label: 'Training',
    icon: IconChartLine,
    needs: 'OPERATOR',
    waits: ({ running }) => (running ? 'on' : undefined),
  },
  { to: '/evaluation', label: 'Evaluation', icon: IconChartBar, needs: 'OPERATOR' },
  { to: '/wall', label: 'Wall', icon: IconDeviceTv, needs: 'OPERATOR' },
]

function useMine(): (Place & { isHere: boolean; waiting: string | undefined })[] {
  const { role } = useWho()
  const [location] = useLocation()
  const waiting = useWaiting()
  return places
    .filter(({ needs }) => mayAct(role, needs))
    .map((place) => ({
      ...place,
      isHere: location === place.to || location.startsWith(`${place.to}/`),
      waiting: place.waits?.(waiting),
    }))
}

export const Places = () => (
  <Stack component="nav" aria-label="Screens" gap={4}>
    {useMine().map(({ to, label, icon: Icon, isHere, waiting }) => (
      <NavLink
        key={to}
        component={Link}
        href={to}
        className={classes.link}
        label={label}
        active={isHere}
        aria-current={isHere ? 'page' : undefined}
        leftSection={<Icon size={20} stroke={1.6} aria-hidden />}
        rightSection={waiting && <Badge variant="light">{waiting}</Badge>}
      />
    ))}
  </Stack>
)

/** The icon is to be seen beside it. */
const shortened = (waiting: string | undefined) => (waiting && waiting.length > 3 ? '999+' : waiting)

/** On a phone: below the thumb. */
export const PlacesBelow = () => (
  <nav className={classes.below} aria-label="Screens">
    {useMine().map(({ to, label, icon: Icon, isHere, waiting }) => (
      <Link key={to} href={to} className={classes.place} aria-current={isHere ? 'page' : undefined}>
        <Indicator label={shortened(waiting)} disabled={!waiting} size={16} offset={{ x: -8, y: 2 }}>
          <Icon size={22} stroke={1.6} aria-hidden />
        </Indicator>
        {label}
      </Link>
    ))}
  </nav>
)
