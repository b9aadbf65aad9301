/** Bytes to pixels: one function for training, evaluation and serving, so that they cannot differ. */
import { decode, side } from './decode.js'
import type { View } from './views.js'

/** Values, not places: [299, 299, 3]. */
export const pixelsPerPhoto = side * side * 3

/** Names what `pixelsOf` does. A model trained on pixels made otherwise is refused, a cached feature computed anew. */
export const preprocessing = 'upright-srgb-white-299x299-fill-linear-1'

/**
 * @param bytes of a JPEG, PNG or WebP
 * @returns uint8 [299, 299, 3], RGB, upright, squeezed to a square
 * @throws WasteXError PAYLOAD_TOO_LARGE, UNSUPPORTED_IMAGE
 */
export async function pixelsOf(bytes: Uint8Array, view: View = 'whole'): Promise<Uint8Array> {
  const { pixels } = await decode(bytes)
  return view === 'flip' ? mirrored(pixels) : pixels
}

/** @returns float32 of the same shape in [0, 1]: what goes into the network. */
export function unitPixels(pixels: Uint8Array): Float32Array {
  const scaled = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) scaled[i] = (pixels[i] ?? 0) / 255
  return scaled
}

/** Left and right exchanged: the same pixels exactly, which resizing a mirrored photo would not promise. */
export function mirrored(pixels: Uint8Array): Uint8Array {
  const row = side * 3
  const out = new Uint8Array(pixels.length)
  for (let start = 0; start < pixels.length; start += row)
    for (let x = 0; x < row; x += 3) out.set(pixels.subarray(start + x, start + x + 3), start + row - 3 - x)
  return out
}
