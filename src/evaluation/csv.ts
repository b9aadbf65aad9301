/** The tables of a run's folder, as a spreadsheet opens them: it takes a file without a byte-order mark for Latin-1. */
import { stringify } from 'csv-stringify/sync'

/**
 * Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP: CSV Injection): a filename comes
 * from whoever sends the photo. csv-stringify's own `escape_formulas` would do the same to negative numbers.
 */
const disarm = (text: string) => (/^[\t\r\n ]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? `'${text}` : text)

export type Cell = string | number | boolean | null

/** @param rows in the order of `columns`; null is an empty cell */
export const csv = (columns: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  stringify([[...columns], ...rows.map((row) => [...row])], {
    bom: true,
    cast: { string: disarm, boolean: (value) => (value ? 'true' : 'false') },
  })
