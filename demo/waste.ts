/** Six classes of waste, each drawn around (0, 0), about 200 units high, no two alike. */
import { hsl, type Chance } from './chance.js'

export const waste = { bag, bottle, box, can, jar, paper } satisfies Record<string, (chance: Chance) => string>
export type WasteClass = keyof typeof waste
export const wasteClasses: readonly WasteClass[] = ['bag', 'bottle', 'box', 'can', 'jar', 'paper']

/** Light from one side across something round: [offset, lightness added, opacity]. */
function round(id: string, hue: number, saturation: number, lightness: number, opacity: number, lit: number): string {
  const stop = (at: number, more: number) =>
    `<stop offset="${at}" stop-color="${hsl(hue, saturation, lightness + more)}" stop-opacity="${opacity}"/>`
  const stops = [stop(0, -14), stop(Math.max(0.05, lit - 0.18), 4), stop(lit, 24), stop(lit + 0.12, 6), stop(1, -20)]
  return `<linearGradient id="${id}">${stops.join('')}</linearGradient>`
}

const path = (d: string, fill: string, rest = '') => `<path d="${d}" fill="${fill}" ${rest}/>`

/** A printed label: a band with a word or with stripes. */
function label(chance: Chance, x: number, y: number, width: number, height: number): string {
  const ground = chance.colour([10, 95], [30, 92])
  const print = chance.colour([10, 95], [10, 90])
  const word = chance.pick('COLA', 'EAU', 'Soda', 'mint', 'FRISCH', '100%', 'Bio', 'no. 7', 'LIGHT', 'Limo')
  const what = chance.happens(0.6)
    ? `<text x="${x + width / 2}" y="${y + height * 0.68}" font-size="${Math.min(height * 0.55, width * 0.3)}" font-weight="bold" text-anchor="middle" fill="${print}">${word}</text>`
    : chance
        .times(
          3,
          (i) =>
            `<rect x="${x}" y="${y + (height * (i + 0.6)) / 4}" width="${width}" height="${height / 10}" fill="${print}"/>`,
        )
        .join('')
  return `<g opacity="${chance.between(0.75, 1)}"><rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${ground}"/>${what}</g>`
}

function bottle(chance: Chance): string {
  const [half, neck, shoulder] = [chance.between(24, 38), chance.between(8, 13), chance.between(-55, -25)]
  const [hue, saturation] = [
    chance.pick(110, 140, 200, 210, 35, 190, 0) + chance.between(-12, 12),
    chance.between(5, 75),
  ]
  const [lightness, opacity, lit] = [chance.between(35, 72), chance.between(0.55, 0.95), chance.between(0.22, 0.6)]
  const waist = chance.happens(0.4) ? half * chance.between(0.72, 0.92) : half
  const outline = `M${-neck} -95 L${-neck} ${shoulder - 22} C${-neck} ${shoulder - 8} ${-half} ${shoulder - 12} ${-half} ${shoulder + 12}
    Q${-half} ${shoulder + 40} ${-waist} 40 Q${-half} 60 ${-half} 92 Q${-half} 100 ${-half + 9} 100 L${half - 9} 100 Q${half} 100 ${half} 92
    Q${half} 60 ${waist} 40 Q${half} ${shoulder + 40} ${half} ${shoulder + 12} C${half} ${shoulder - 12} ${neck} ${shoulder - 8} ${neck} ${shoulder - 22} L${neck} -95 Z`
  const cap = chance.happens(0.7)
    ? `<rect x="${-neck - 2}" y="-108" width="${neck * 2 + 4}" height="16" rx="2" fill="${chance.colour([10, 90], [20, 80])}"/>`
    : `<ellipse cx="0" cy="-95" rx="${neck}" ry="3" fill="#333" opacity=".6"/>`
  const print = chance.happens(0.65)
    ? label(chance, -half + 1, shoulder + 26, half * 2 - 2, chance.between(28, 55))
    : ''
  const glint = path(
    `M${-half * 0.55} ${shoulder + 14} Q${-half * 0.6} 30 ${-half * 0.5} 88`,
    'none',
    `stroke="#fff" stroke-width="${chance.between(2, 5)}" opacity="${chance.between(0.3, 0.8)}" stroke-linecap="round"`,
  )
  return `<defs>${round('skin', hue, saturation, lightness, opacity, lit)}</defs>${path(outline, 'url(#skin)')}${print}${glint}${cap}`
}

function can(chance: Chance): string {
  const [half, height] = [chance.between(36, 52), chance.between(62, 88)]
  const rim = half * chance.between(0.16, 0.34)
  const dented = chance.happens(0.45) ? chance.between(6, 18) : 0
  const [hue, saturation] = chance.happens(0.25) ? [210, 6] : [chance.between(0, 360), chance.between(40, 95)]
  const body = `M${-half} ${-height} L${-half + dented} ${chance.between(-15, 15)} L${-half} ${height} A${half} ${rim} 0 0 0 ${half} ${height} L${half - dented * chance.between(0, 1)} ${chance.between(-20, 20)} L${half} ${-height} Z`
  const stripes = chance.times(chance.whole(0, 3), () => {
    const y = chance.between(-height * 0.7, height * 0.6)
    return path(
      `M${-half + dented} ${y} Q0 ${y + rim * 1.6} ${half - dented} ${y} l0 ${chance.between(5, 18)} Q0 ${y + rim * 1.6 + 14} ${-half + dented} ${y + 14} Z`,
      chance.colour([20, 95], [20, 90]),
      'opacity=".8"',
    )
  })
  const word = chance.happens(0.5)
    ? `<text x="0" y="${chance.between(-10, 30)}" font-size="${half * 0.5}" font-weight="bold" text-anchor="middle" fill="${chance.pick('#fff', '#222', '#fd0')}">${chance.pick('COLA', 'beer', 'ZIP', 'Tonic', 'TUNA', 'MAIS')}</text>`
    : ''
  const top = `<ellipse cx="0" cy="${-height}" rx="${half}" ry="${rim}" fill="${hsl(210, 5, chance.between(68, 84))}" stroke="${hsl(210, 6, 55)}" stroke-width="2.5"/>
    <ellipse cx="0" cy="${-height}" rx="${half * 0.8}" ry="${rim * 0.76}" fill="${hsl(210, 5, chance.between(55, 74))}"/>
    <ellipse cx="${half * 0.2}" cy="${-height}" rx="${half * 0.28}" ry="${rim * 0.3}" fill="${chance.happens(0.5) ? '#222' : hsl(210, 4, 88)}" stroke="#777"/>`
  return `<defs>${round('skin', hue, saturation, chance.between(32, 58), 1, chance.between(0.2, 0.65))}</defs>${path(body, 'url(#skin)')}${stripes.join('')}${word}${top}`
}

function box(chance: Chance): string {
  const [w, h, d] = [chance.between(45, 85), chance.between(40, 90), chance.between(25, 60)]
  const [hue, saturation, light] = chance.happens(0.75)
    ? [chance.between(24, 38), chance.between(25, 55), chance.between(42, 64)]
    : [chance.between(0, 360), chance.between(10, 60), chance.between(40, 85)]
  const [dx, dy] = [d * chance.between(0.5, 1) * chance.pick(-1, 1), -d * chance.between(0.4, 0.9)]
  const side = Math.sign(dx) * w
  const front = path(`M${-w} ${-h} H${w} V${h} H${-w} Z`, hsl(hue, saturation, light))
  const lid = path(
    `M${-w} ${-h} L${-w + dx} ${-h + dy} L${w + dx} ${-h + dy} L${w} ${-h} Z`,
    hsl(hue, saturation, light + chance.between(5, 14)),
  )
  const flank = path(
    `M${side} ${-h} L${side + dx} ${-h + dy} L${side + dx} ${h + dy} L${side} ${h} Z`,
    hsl(hue, saturation, light - chance.between(8, 18)),
  )
  const flap = chance.happens(0.35)
    ? path(
        `M${-w} ${-h} L${-w - 18} ${-h - chance.between(15, 40)} L${w - 20} ${-h - chance.between(15, 40)} L${w} ${-h} Z`,
        hsl(hue, saturation, light + 6),
      )
    : ''
  const tape = chance.happens(0.5)
    ? `<rect x="-9" y="${-h}" width="18" height="${h * chance.between(0.3, 2)}" fill="${chance.pick('#d9c9a3', '#c9a36a', '#eee')}" opacity=".75"/>`
    : ''
  const print = chance.happens(0.4) ? label(chance, -w * 0.6, h * 0.1, w * chance.between(0.5, 1.1), h * 0.5) : ''
  const flutes = chance.happens(0.4)
    ? chance
        .times(
          7,
          (i) =>
            `<line x1="${-w}" x2="${w}" y1="${-h + ((i + 1) * h) / 4}" y2="${-h + ((i + 1) * h) / 4}" stroke="#000" opacity=".06" stroke-width="2"/>`,
        )
        .join('')
    : ''
  return flank + front + flutes + lid + flap + tape + print
}

function paper(chance: Chance): string {
  const corners = chance.whole(9, 16)
  const edge = chance.times(corners, (i) =>
    polar(chance.between(62, 95), (i / corners) * 2 * Math.PI + chance.between(-0.12, 0.12)),
  )
  const [hue, saturation, light] = [
    chance.between(30, 240),
    chance.happens(0.8) ? chance.between(0, 12) : chance.between(30, 60),
    chance.between(72, 88),
  ]
  const inner = chance.times(5, (i) => polar(chance.between(15, 45), i * 1.26 + chance.between(-0.3, 0.3)))
  const heart = polar(chance.between(0, 15), chance.between(0, 6))
  const shade = () => hsl(hue, saturation, light + chance.between(-22, 13))
  const facets = edge.map((corner, i) => {
    const next = edge[(i + 1) % corners] ?? corner
    const near = inner[Math.floor((i / corners) * 5)] ?? heart
    const nextNear = inner[Math.floor(((i + 1) / corners) * 5) % 5] ?? heart
    return (
      triangle(corner, next, near, shade()) +
      triangle(next, near, nextNear, shade()) +
      triangle(near, nextNear, heart, shade())
    )
  })
  const print = chance.happens(0.5)
    ? chance
        .times(
          chance.whole(3, 8),
          (i) =>
            `<line x1="${chance.between(-50, -20)}" x2="${chance.between(5, 50)}" y1="${-40 + i * 12}" y2="${-40 + i * 12 + chance.between(-9, 9)}" stroke="${chance.pick('#333', '#456', '#a33')}" stroke-width="${chance.between(1, 3)}" opacity=".5"/>`,
        )
        .join('')
    : ''
  return path(`M${edge.join('L')}Z`, hsl(hue, saturation, light - 10)) + facets.join('') + print
}

const polar = (radius: number, angle: number) =>
  `${(radius * Math.cos(angle)).toFixed(1)} ${(radius * Math.sin(angle)).toFixed(1)}`
const triangle = (a: string, b: string, c: string, fill: string) =>
  path(`M${a}L${b}L${c}Z`, fill, `stroke="${fill}" stroke-width=".6"`)

function jar(chance: Chance): string {
  const [half, height, lid] = [chance.between(44, 62), chance.between(52, 82), chance.between(16, 26)]
  const full = chance.between(-0.6, 0.9)
  const glass = `M${-half + 8} ${-height} Q${-half} ${-height + 6} ${-half} ${-height + 22} V${height - 12} Q${-half} ${height} ${-half + 12} ${height} H${half - 12} Q${half} ${height} ${half} ${height - 12} V${-height + 22} Q${half} ${-height + 6} ${half - 8} ${-height} Z`
  const contents = chance.happens(0.6)
    ? path(
        `M${-half + 5} ${height * full} Q0 ${height * full + 8} ${half - 5} ${height * full} V${height - 14} Q${half - 5} ${height - 5} ${half - 14} ${height - 5} H${-half + 14} Q${-half + 5} ${height - 5} ${-half + 5} ${height - 14} Z`,
        chance.colour([30, 85], [20, 60]),
        'opacity=".85"',
      )
    : ''
  const print = chance.happens(0.55)
    ? label(chance, -half * 0.8, -height * 0.3, half * 1.6, height * chance.between(0.5, 0.9))
    : ''
  const cover = chance.happens(0.7)
    ? `<rect x="${-half + 3}" y="${-height - lid}" width="${half * 2 - 6}" height="${lid + 3}" rx="4" fill="${chance.pick(chance.colour([5, 80], [25, 75]), '#c9a227', '#b8bcc2')}"/>` +
      chance
        .times(
          14,
          (i) =>
            `<line x1="${-half + 8 + (i * (half * 2 - 16)) / 13}" x2="${-half + 8 + (i * (half * 2 - 16)) / 13}" y1="${-height - lid + 4}" y2="${-height}" stroke="#000" opacity=".18"/>`,
        )
        .join('')
    : `<ellipse cx="0" cy="${-height}" rx="${half - 8}" ry="7" fill="#223" opacity=".25" stroke="#fff" stroke-width="2"/>`
  const glint = path(
    `M${-half * 0.72} ${-height + 26} V${height - 20}`,
    'none',
    `stroke="#fff" stroke-width="${chance.between(4, 8)}" opacity="${chance.between(0.35, 0.75)}" stroke-linecap="round"`,
  )
  return `<defs>${round('skin', chance.between(150, 220), chance.between(5, 30), chance.between(66, 84), chance.between(0.3, 0.6), chance.between(0.2, 0.5))}</defs>
    ${contents}${path(glass, 'url(#skin)', 'stroke="#9ab" stroke-opacity=".6" stroke-width="2"')}${print}${glint}${cover}`
}

function bag(chance: Chance): string {
  const [half, height] = [chance.between(52, 72), chance.between(70, 95)]
  const wobble = () => chance.between(-9, 9)
  const [hue, saturation, light, opacity] = [
    chance.between(0, 360),
    chance.happens(0.4) ? chance.between(0, 12) : chance.between(40, 90),
    chance.between(35, 85),
    chance.between(0.7, 1),
  ]
  const skin = hsl(hue, saturation, light)
  const body = `M${-half + 12 + wobble()} ${-height * 0.6} Q${-half * 0.7} 0 ${-half + wobble()} ${height * 0.8} Q${-half * 0.4 + wobble()} ${height + wobble()} ${wobble()} ${height * 0.95}
    Q${half * 0.5} ${height + wobble()} ${half + wobble()} ${height * 0.82} Q${half * 0.7} 0 ${half - 12 + wobble()} ${-height * 0.6} Q0 ${-height * 0.6 + chance.between(8, 24)} ${-half + 12} ${-height * 0.6} Z`
  const handle = (side: number) =>
    path(
      `M${side * (half - 14)} ${-height * 0.58} C${side * (half - 6)} ${-height * 1.2} ${side * 8} ${-height * chance.between(1, 1.3)} ${side * chance.between(8, 20)} ${-height * 0.5}`,
      'none',
      `stroke="${skin}" stroke-width="${chance.between(8, 13)}" stroke-linecap="round"`,
    )
  const knot = `${path(`M-14 ${-height * 0.55} L${-34 + wobble()} ${-height * 1.05} L${wobble()} ${-height * 0.72} L${32 + wobble()} ${-height * 1.05} L14 ${-height * 0.55} Z`, skin)}<ellipse cx="0" cy="${-height * 0.6}" rx="17" ry="8" fill="${hsl(hue, saturation, light - 18)}"/>`
  const creases = chance.times(chance.whole(5, 10), () => {
    const [x, y] = [chance.between(-half * 0.7, half * 0.7), chance.between(-height * 0.45, height * 0.3)]
    return path(
      `M${x} ${y} q${wobble()} ${chance.between(15, 30)} ${chance.between(-22, 22)} ${chance.between(30, 60)}`,
      'none',
      `stroke="${chance.pick('#fff', '#000')}" opacity="${chance.between(0.12, 0.4)}" stroke-width="${chance.between(1, 5)}" stroke-linecap="round"`,
    )
  })
  const print = chance.happens(0.35) ? label(chance, -half * 0.45, -10, half * 0.9, height * 0.4) : ''
  return `<g opacity="${opacity}">${chance.happens(0.6) ? handle(-1) + handle(1) : knot}${path(body, skin)}${print}${creases.join('')}</g>`
}
