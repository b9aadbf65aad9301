/** Who is signed in; its menu comes a moment later. */
import { Group } from '@mantine/core'
import { useState } from 'react'
import { AccountButton, AccountName } from './account-button.js'
import { part } from './part.js'

export interface AccountProps {
  /** See Gate. */
  anew: () => void
  compact?: boolean
}

export interface AccountPartProps extends AccountProps {
  /** Somebody has asked for the menu before it was there. */
  isWanted: boolean
  want: () => void
}

const Until = ({ compact = false, want }: AccountPartProps) => (
  <Group gap="xs" wrap="nowrap" justify="space-between">
    {!compact && <AccountName />}
    <AccountButton onClick={want} />
  </Group>
)

const AccountPart = part<AccountPartProps>(() => import('./account-menu.js').then((own) => own.AccountMenu), Until)

/** A click that comes before the menu opens it when it comes. */
export function Account(props: AccountProps) {
  const [isWanted, setWanted] = useState(false)
  return <AccountPart {...props} isWanted={isWanted} want={() => setWanted(true)} />
}
