/**
 * SVG becomes a PNG, with our own fonts. The WebAssembly build of resvg takes fonts as bytes; the native one takes files, and reads
 * the whole file again for every glyph: with a font of 8 MB, minutes for one picture.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { fontFilesFor, regularFamily } from './fonts.js'

const program = createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')
let loading: Promise<void> | undefined

/** Of a picture; WebAssembly has room for few that are larger. */
const mostPixels = 2 ** 25

/** Twice the size, for sharp text; less where that would be too many pixels: a matrix of a thousand classes. */
function zoomOf(svg: string): number {
  const [width = 1, height = 1] = ['width', 'height'].map((side) =>
    Number(new RegExp(`<svg[^>]* ${side}="([\\d.]+)`).exec(svg)?.[1] ?? 1),
  )
  return Math.min(2, Math.sqrt(mostPixels / (width * height)))
}

/** @param texts that are drawn in other fonts than the regular one */
export async function renderPng(svg: string, texts: readonly string[]): Promise<Uint8Array> {
  await (loading ??= readFile(program).then(initWasm))
  const fontBuffers = await Promise.all(fontFilesFor(texts).map((file) => readFile(file)))
  const font = { loadSystemFonts: false, fontBuffers, defaultFontFamily: regularFamily }
  const resvg = new Resvg(svg, { font, fitTo: { mode: 'zoom', value: zoomOf(svg) }, background: '#fff' })
  try {
    return resvg.render().asPng()
  } finally {
    resvg.free()
  }
}
