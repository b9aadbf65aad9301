/**
 * 128 random bits, hexadecimal: the key that something is sent under, or the name of a desk. `crypto.randomUUID` is there on https and
 * on this machine alone, and a phone that tries WasteX over plain HTTP has none.
 */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
