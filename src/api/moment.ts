/** Moments as clients may name them: RFC 3339 has four digits for a year, and PostgreSQL none for the year 0. */

/** False for an invalid date, too. */
export function isStorable(moment: Date): boolean {
  const year = moment.getUTCFullYear()
  return year >= 1 && year <= 9999
}
