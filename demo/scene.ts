/** A photo of one thing: a ground it lies on, its shadow, something in the way, the light of the day. */
import { hsl, type Chance } from './chance.js'
import type { Frame } from './odd.js'

export function scene(chance: Chance, frame: Frame, thing: string): string {
  const turn = chance.happens(0.25) ? chance.between(0, 360) : chance.between(-35, 35)
  const size = chance.between(0.62, 1.2)
  const place = `translate(${frame.width / 2 + chance.between(-70, 70)} ${frame.height / 2 + chance.between(-35, 35)})`
  const squeeze = `scale(${size * chance.between(0.85, 1.15)} ${size})`
  return `${ground(chance, frame)}${clutter(chance, frame, chance.whole(0, 5))}
    <ellipse cx="6" cy="${78 * size}" rx="${80 * size}" ry="${24 * size}" fill="#000" opacity="${chance.between(0.12, 0.35)}" transform="${place}" filter="url(#soft)"/>
    <g transform="${place} rotate(${turn}) ${squeeze}">${thing}</g>
    ${chance.happens(0.35) ? clutter(chance, frame, 1) : ''}${light(chance, frame)}`
}

function ground(chance: Chance, { width, height }: Frame): string {
  const colour = chance.colour([0, 45], [25, 90])
  const base = `<rect width="${width}" height="${height}" fill="${colour}"/>`
  const dark = (opacity: number) => `fill="none" stroke="#000" stroke-opacity="${opacity}"`
  const kinds = {
    plain: () => '',
    planks: () =>
      chance
        .times(
          9,
          (i) =>
            `<path d="M0 ${i * 40 + 8} Q200 ${i * 40 + chance.between(0, 16)} 400 ${i * 40 + 8}" ${dark(0.25)} stroke-width="${chance.between(1, 4)}"/>`,
        )
        .join(''),
    tiles: () =>
      chance
        .times(
          14,
          (i) => `<path d="M${i * 46 - 90} 0 L${i * 46 + 40} 300 M0 ${i * 34} H400" ${dark(0.16)} stroke-width="2"/>`,
        )
        .join(''),
    grass: () =>
      chance
        .times(260, () => {
          const [x, y] = [chance.between(0, 400), chance.between(0, 310)]
          return `<path d="M${x} ${y} q${chance.between(-6, 6)} -8 ${chance.between(-6, 6)} -${chance.between(10, 20)}" fill="none" stroke="${hsl(chance.between(75, 135), 45, chance.between(20, 55))}" stroke-width="2"/>`
        })
        .join(''),
    gravel: () =>
      chance
        .times(
          240,
          () =>
            `<ellipse cx="${chance.between(0, 400)}" cy="${chance.between(0, 300)}" rx="${chance.between(3, 11)}" ry="${chance.between(3, 8)}" fill="${hsl(chance.between(20, 50), chance.between(0, 20), chance.between(35, 80))}"/>`,
        )
        .join(''),
  }
  return base + chance.pick(kinds.plain, kinds.plain, kinds.planks, kinds.tiles, kinds.grass, kinds.gravel)()
}

function clutter(chance: Chance, { width, height }: Frame, count: number): string {
  return chance
    .times(count, () => {
      // Mostly at the border: what covers the thing itself would make it another puzzle.
      const [x, y] = chance.happens(0.5)
        ? [chance.between(0, width), chance.pick(chance.between(-10, 40), chance.between(height - 45, height))]
        : [chance.pick(chance.between(-10, 60), chance.between(width - 70, width)), chance.between(0, height)]
      const [colour, s] = [chance.colour([10, 80], [15, 85]), chance.between(8, 34)]
      const shapes = [
        `<ellipse rx="${s}" ry="${s * chance.between(0.3, 1)}" fill="${colour}"/>`,
        `<rect x="${-s}" y="${-s / 2}" width="${s * 2}" height="${s * chance.between(0.3, 1.2)}" fill="${colour}"/>`,
        `<path d="M${-s} 0 Q0 ${-s * 2} ${s} ${s * 0.4} T${s * 2} 0" fill="none" stroke="${colour}" stroke-width="${chance.between(2, 7)}"/>`,
        `<path d="M0 ${-s} L${s} ${s * 0.6} L${-s * 0.7} ${s} Z" fill="${colour}"/>`,
      ]
      return `<g transform="translate(${x} ${y}) rotate(${chance.between(0, 360)})">${shapes[chance.whole(0, 3)]}</g>`
    })
    .join('')
}

function light(chance: Chance, { width, height }: Frame): string {
  const [x, y] = [chance.between(0.1, 0.9), chance.between(0.1, 0.9)]
  return `<defs><filter id="soft" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="7"/></filter>
    <radialGradient id="lamp" cx="${x}" cy="${y}" r="1"><stop offset="0" stop-color="#fffbe8" stop-opacity="${chance.between(0, 0.28)}"/>
    <stop offset="1" stop-color="#05070d" stop-opacity="${chance.between(0.1, 0.5)}"/></radialGradient></defs><rect width="${width}" height="${height}" fill="url(#lamp)"/>`
}
