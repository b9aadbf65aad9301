/** A photo that the server would refuse for its size is made smaller before it is sent: the network sees 299 x 299 pixels of it. */

/** As the server has it (docs/limits.md). */
const most = { bytes: 10 * 2 ** 20, pixels: 25_000_000, side: 12_000 }
/** Pixels of the longest side of what is made instead. */
const longest = 2048

/** @returns the file itself where it may go as it is, or is nothing that this browser can decode: the server says what is wrong with it */
export async function fitForUpload(file: File): Promise<File> {
  const picture = await createImageBitmap(file).catch(() => undefined)
  if (!picture) return file
  try {
    const { width, height } = picture
    if (file.size <= most.bytes && width * height <= most.pixels && Math.max(width, height) <= most.side) return file
    const scale = Math.min(1, longest / Math.max(width, height))
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)))
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })
    return new File([blob], file.name.replace(/\.\w+$/, '.jpg'), { type: 'image/jpeg' })
  } finally {
    picture.close()
  }
}
