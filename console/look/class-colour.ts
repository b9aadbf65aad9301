/** A class has one colour on every screen. Neighbours differ for colour-blind eyes, too (after Okabe & Ito 2008, and Paul Tol's bright scheme). */
const palette = [
  '#0b7a5e',
  '#d55e00',
  '#4477aa',
  '#cc79a7',
  '#b8860b',
  '#56a3d9',
  '#882255',
  '#7a8b00',
  '#6f6fc9',
  '#8c564b',
]

/** @param classLabels every class there is, alphabetical */
export function colourOf(classLabel: string, classLabels: readonly string[]): string {
  const place = Math.max(0, classLabels.indexOf(classLabel))
  return palette[place % palette.length] ?? '#0b7a5e'
}
