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

/** @param texts that will be drawn: their fonts are loaded */
export async function openRenderer(texts: readonly string[]) {
  await (loading ??= readFile(program).then(initWasm))
  const fontBuffers = await Promise.all(fontFilesFor(texts).map((file) => readFile(file)))
  const font = { loadSystemFonts: false, fontBuffers, defaultFontFamily: regularFamily }
  function use<T>(svg: string, work: (resvg: InstanceType<typeof Resvg>) => T): T {
    const resvg = new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 2 }, background: '#fff' })
    try {
      return work(resvg)
    } finally {
      resvg.free()
    }
  }
  return {
    /** Of all that is drawn, in the picture's own units. */
    widthOf: (svg: string): number => use(svg, (resvg) => resvg.getBBox()?.width ?? 0),
    /** Twice the pixels, for sharp text. */
    png: (svg: string): Uint8Array => use(svg, (resvg) => resvg.render().asPng()),
  }
}
