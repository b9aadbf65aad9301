/** Numbers and moments as people read them. */
export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`

const whole = new Intl.NumberFormat('en')
export const count = (number: number): string => whole.format(number)

/** `1 photo`, `1,670 photos` */
export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`

/** `8 s`, `2 min 5 s`, `3 h 20 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ''}`
  const minutes = Math.round((whole % 3600) / 60)
  return `${Math.floor(whole / 3600)} h${minutes ? ` ${minutes} min` : ''}`
}

/** With a minus that is as wide as a plus. */
export const fixed = (number: number, digits: number): string => number.toFixed(digits).replace('-', '−')

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** `3 minutes ago` @param moment RFC 3339 */
export function ago(moment: string, now = Date.now()): string {
  const seconds = (Date.parse(moment) - now) / 1000
  for (const [unit, length] of steps)
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit)
  return 'just now'
}

const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
/** @param moment RFC 3339 */
export const moment = (text: string): string => full.format(new Date(text))

const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
/** `14:05:30` @param moment RFC 3339 */
export const clock = (text: string): string => timeOfDay.format(new Date(text))

const units = ['B', 'kB', 'MB', 'GB'] as const
/** `48 kB` @param bytes 0 or more */
export function fileSize(bytes: number): string {
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const size = bytes / 1000 ** unit
  return `${size.toFixed(size < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`
}
