/** Pictures of things that are no waste at all, whole frames of `width` x `height`. */
import { hsl, type Chance } from './chance.js'

export type Frame = { width: number; height: number }

export const odd: readonly ((chance: Chance, frame: Frame) => string)[] = [
  page,
  mandala,
  landscape,
  clock,
  board,
  night,
]

const fill = ({ width, height }: Frame, colour: string) =>
  `<rect width="${width}" height="${height}" fill="${colour}"/>`

function page(chance: Chance, frame: Frame): string {
  const words = [
    'the',
    'loop',
    'and',
    'Abfall',
    'of',
    'trained',
    'never',
    'photo',
    'with',
    'seven',
    'lines',
    'about',
    'und',
    'paper',
    'night',
  ]
  const size = chance.between(9, 17)
  const lines = chance.times(Math.floor((frame.height - 30) / (size * 1.5)), (i) => {
    const text = chance
      .times(Math.floor(frame.width / size / 3.4), () => words[chance.whole(0, words.length - 1)])
      .join(' ')
    return `<text x="18" y="${32 + i * size * 1.5}" font-size="${i === 0 ? size * 1.3 : size}" font-weight="${i === 0 ? 'bold' : 'normal'}" fill="#23252a">${text}</text>`
  })
  return fill(frame, hsl(chance.between(30, 60), chance.between(5, 30), chance.between(90, 97))) + lines.join('')
}

function mandala(chance: Chance, frame: Frame): string {
  const petals = chance.whole(7, 18)
  const rings = chance.times(chance.whole(4, 7), (ring) => {
    const [radius, colour] = [150 - ring * 21, chance.colour([50, 100], [35, 75])]
    const shape = chance.happens(0.5)
      ? `<ellipse cx="0" cy="${-radius * 0.7}" rx="${radius * 0.16}" ry="${radius * 0.3}" fill="${colour}" stroke="#222"/>`
      : `<path d="M0 ${-radius} L${radius * 0.2} ${-radius * 0.5} L${-radius * 0.2} ${-radius * 0.5} Z" fill="${colour}" stroke="#fff"/>`
    return chance.times(petals, (i) => `<g transform="rotate(${(i * 360) / petals + ring * 9})">${shape}</g>`).join('')
  })
  const ground = chance.colour([10, 60], [10, 95])
  return `${fill(frame, ground)}<g transform="translate(${frame.width / 2} ${frame.height / 2}) scale(${chance.between(0.8, 1.2)})">${rings.join('')}</g>`
}

function landscape(chance: Chance, frame: Frame): string {
  const { width, height } = frame
  const hue = chance.pick(20, 205, 215, 330)
  const hills = chance.times(5, (i) => {
    const base = height * (0.42 + i * 0.12)
    const points = chance.times(11, (k) => `L${(k * width) / 10} ${base + chance.between(-26, 16)}`)
    return `<path d="M0 ${height} ${points.join(' ')} L${width} ${height} Z" fill="${hsl(chance.between(85, 160), 18 + i * 8, 62 - i * 11)}"/>`
  })
  const trees = chance.times(chance.whole(8, 22), () => {
    const [x, y, s] = [chance.between(0, width), chance.between(height * 0.65, height * 0.97), chance.between(8, 26)]
    return `<path d="M${x} ${y - s * 2} L${x + s * 0.6} ${y} L${x - s * 0.6} ${y} Z" fill="${hsl(chance.between(90, 150), 45, chance.between(12, 30))}"/>`
  })
  return `<defs><linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="${hsl(hue, 65, 48)}"/><stop offset="1" stop-color="${hsl(hue + 15, 75, 88)}"/></linearGradient></defs>
    ${fill(frame, 'url(#sky)')}<circle cx="${chance.between(40, width - 40)}" cy="${chance.between(30, 90)}" r="${chance.between(12, 28)}" fill="#fff6cf"/>${hills.join('')}${trees.join('')}`
}

function clock(chance: Chance, frame: Frame): string {
  const [hand, minute] = [chance.between(0, 360), chance.between(0, 360)]
  const marks = chance.times(
    60,
    (i) =>
      `<line y1="-100" y2="${i % 5 === 0 ? -86 : -94}" stroke="#222" stroke-width="${i % 5 === 0 ? 4 : 1.5}" transform="rotate(${i * 6})"/>`,
  )
  const figures = chance.times(
    12,
    (i) =>
      `<text x="${72 * Math.sin(((i + 1) * Math.PI) / 6)}" y="${-72 * Math.cos(((i + 1) * Math.PI) / 6) + 7}" font-size="20" text-anchor="middle" fill="#222">${i + 1}</text>`,
  )
  return `${fill(frame, chance.colour([20, 70], [30, 80]))}<g transform="translate(${frame.width / 2 + chance.between(-40, 40)} ${frame.height / 2}) rotate(${chance.between(-12, 12)}) scale(${chance.between(0.9, 1.25)})">
    <circle r="112" fill="${chance.colour([20, 80], [15, 45])}"/><circle r="104" fill="#fbfaf5"/>${marks.join('')}${figures.join('')}
    <line y1="14" y2="-52" stroke="#111" stroke-width="7" transform="rotate(${hand})"/><line y1="18" y2="-84" stroke="#111" stroke-width="4" transform="rotate(${minute})"/><circle r="6" fill="#b22"/></g>`
}

function board(chance: Chance): string {
  const [cell, dark, pale] = [
    chance.between(24, 46),
    chance.colour([20, 70], [15, 40]),
    chance.colour([10, 60], [75, 92]),
  ]
  const squares = chance.times(400, (i) => {
    const [x, y] = [i % 20, Math.floor(i / 20)]
    const piece = chance.happens(0.16)
      ? `<circle cx="${(x + 0.5) * cell}" cy="${(y + 0.5) * cell}" r="${cell * 0.36}" fill="${chance.pick('#111', '#f4f1e8', '#a11')}"/>`
      : ''
    return `<rect x="${x * cell}" y="${y * cell}" width="${cell}" height="${cell}" fill="${(x + y) % 2 ? dark : pale}"/>${piece}`
  })
  return `<g transform="rotate(${chance.between(-20, 20)} 200 150) translate(-120 -120)">${squares.join('')}</g>`
}

function night(chance: Chance, { width, height }: Frame): string {
  const houses = chance.times(14, (i) => {
    const [top, x] = [chance.between(height * 0.25, height * 0.7), (i * width) / 13 - 20]
    const windows = chance.times(40, (k) =>
      chance.happens(0.45)
        ? `<rect x="${x + 5 + (k % 4) * 8}" y="${top + 8 + Math.floor(k / 4) * 14}" width="5" height="8" fill="${chance.pick('#ffd76a', '#fff1b8', '#8fd0ff')}"/>`
        : '',
    )
    return `<rect x="${x}" y="${top}" width="38" height="${height}" fill="${hsl(230, 25, chance.between(8, 20))}"/>${windows.join('')}`
  })
  const stars = chance.times(
    60,
    () =>
      `<circle cx="${chance.between(0, width)}" cy="${chance.between(0, height * 0.6)}" r="${chance.between(0.4, 1.6)}" fill="#fff"/>`,
  )
  return `${fill({ width, height }, hsl(chance.between(215, 280), 55, chance.between(10, 24)))}${stars.join('')}${houses.join('')}`
}
