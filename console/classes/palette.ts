/** Neighbours differ for colour-blind eyes, too (after Okabe & Ito 2008, and Paul Tol's bright scheme). */
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
const unheardOf = '#868e96'

/** @param place of the class among all, in the order in which they were first named; -1: not among them */
export const colourAt = (place: number): string => palette[place % palette.length] ?? unheardOf
