/** Who is signed in; its menu comes a moment later. */
import { Group } from '@mantine/core'
import { AccountButton, AccountName } from './account-button.js'
import { part } from './part.js'

export interface AccountProps {
  /** See Gate. */
  anew: () => void
  compact?: boolean
}

const Until = ({ compact = false }: AccountProps) => (
  <Group gap="xs" wrap="nowrap" justify="space-between">
    {!compact && <AccountName />}
    <AccountButton />
  </Group>
)

export const Account = part<AccountProps>(() => import('./account-menu.js').then((own) => own.AccountMenu), Until)
