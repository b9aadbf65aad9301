/** Draws sample photos, for the demo and for tests: no accuracy is claimed from them. */
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import sharp from 'sharp'
import { Chance } from './chance.js'
import { odd, type Frame } from './odd.js'
import { scene } from './scene.js'
import { waste, wasteClasses, type WasteClass } from './waste.js'

export { wasteClasses, type WasteClass }

export interface Sample {
  path: string
  /** null: none of the classes. */
  classLabel: WasteClass | null
}

export interface Drawing {
  /** Photos of each class. */
  perClass: number
  /** Photos of other things, in the folder `odd`. Default 0. */
  odd?: number
  /** The same seed draws the same photos, to the byte. Default 1. */
  seed?: number
  /** Default: all six. */
  classes?: readonly WasteClass[]
}

/**
 * Writes JPEGs of 400 x 300 pixels into a folder a class: `bottle/bottle-001.jpg`. About 15 ms each.
 *
 * @returns in order of class; the odd ones last
 */
export async function drawSamples(folder: string, drawing: Drawing): Promise<Sample[]> {
  const { perClass, odd: others = 0, seed = 1, classes = wasteClasses } = drawing
  const samples: Sample[] = []
  const save = async (name: string, number: number, classLabel: WasteClass | null, jpeg: Buffer) => {
    const file = path.join(folder, name, `${name}-${String(number + 1).padStart(3, '0')}.jpg`)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, jpeg)
    samples.push({ path: file, classLabel })
  }
  for (const classLabel of classes) {
    for (let i = 0; i < perClass; i++) {
      await save(
        classLabel,
        i,
        classLabel,
        await drawWaste(classLabel, seedOf(seed, wasteClasses.indexOf(classLabel), i)),
      )
    }
  }
  for (let i = 0; i < others; i++) await save('odd', i, null, await drawOdd(i, seedOf(seed, wasteClasses.length, i)))
  return samples
}

const frame: Frame = { width: 400, height: 300 }

async function drawWaste(classLabel: WasteClass, seed: number): Promise<Buffer> {
  const chance = new Chance(seed)
  return await jpeg(chance, scene(chance, frame, waste[classLabel](chance)))
}

async function drawOdd(kind: number, seed: number): Promise<Buffer> {
  const chance = new Chance(seed)
  return await jpeg(chance, odd[kind % odd.length]?.(chance, frame) ?? '')
}

/** A seed a photo, so that the tenth bottle is the same whether there are ten or a hundred. */
const seedOf = (seed: number, kind: number, number: number) => (seed * 1_000_003 + kind * 10_007 + number * 7_919) | 0

const fonts = path.join(path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
const font = {
  loadSystemFonts: false,
  fontFiles: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => path.join(fonts, file)),
  defaultFontFamily: 'DejaVu Sans',
}

/** As a camera would: a little noise, at times a little blur, and JPEG. */
async function jpeg(chance: Chance, content: string): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${frame.width}" height="${frame.height}" font-family="DejaVu Sans">${content}</svg>`
  const drawn = new Resvg(svg, { font, background: '#fff' }).render()
  const { width, height } = drawn
  const pixels = Buffer.from(drawn.pixels)
  const grain = chance.between(2, 14)
  for (let i = 0; i < pixels.length; i++) {
    if (i % 4 !== 3) pixels[i] = Math.max(0, Math.min(255, (pixels[i] ?? 0) + chance.between(-grain, grain)))
  }
  const picture = sharp(pixels, { raw: { width, height, channels: 4 } }).removeAlpha()
  if (chance.happens(0.3)) picture.blur(chance.between(0.4, 1.4))
  return await picture.jpeg({ quality: chance.whole(72, 92) }).toBuffer()
}
