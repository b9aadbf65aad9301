/** What the keys do; told a moment later. */
import { part } from '../shell/part.js'
import { KeysButton } from './keys-button.js'

export const KeysNote = part(() => import('./keys-list.js').then((own) => own.KeysList), KeysButton)
