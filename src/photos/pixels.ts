/** What the network sees of a photo, in numbers: one form for training, evaluation and serving, so that they cannot differ. */

/** Side of the square that the network sees. */
export const side = 299

/** Values, not places: [299, 299, 3]. */
export const pixelsPerPhoto = side * side * 3

/** Names what `decode` makes. A model trained on pixels made otherwise is refused, a cached feature computed anew. */
export const preprocessing = 'upright-srgb-white-299x299-fill-linear-1'

/** Every value there is: a look-up takes half the time of a division. */
const units = Float32Array.from({ length: 256 }, (_, value) => value / 255)

/** @returns float32 of the same shape in [0, 1]: what goes into the network. */
export function unitPixels(pixels: Uint8Array, scaled = new Float32Array(pixels.length)): Float32Array {
  for (let i = 0; i < pixels.length; i++) scaled[i] = units[pixels[i] as number] as number
  return scaled
}

/** Left and right exchanged: the same pixels exactly, which resizing a mirrored photo would not promise. */
export function mirrored(pixels: Uint8Array): Uint8Array {
  const row = side * 3
  const out = new Uint8Array(pixels.length)
  for (let start = 0; start < pixels.length; start += row)
    for (let x = 0; x < row; x += 3)
      for (let channel = 0; channel < 3; channel++)
        out[start + row - 3 - x + channel] = pixels[start + x + channel] as number
  return out
}
