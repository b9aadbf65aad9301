/** Entries that lie beside photos on people's disks and say nothing about waste. None of them is opened. */

/** Recycle bins, thumbnails and housekeeping of Windows, macOS, Linux, Synology, QNAP and NetApp. A class may be called "trash" or "bin". */
const housekeeping =
  /^([#@$]recycle|\$?recycle\.bin|@eadir|[#~]snapshots?|@recently-snapshot|@tmp|system volume information|found\.\d{3}|lost\+found|__macosx|network trash folder|temporary items|(_|\.)?thumb(nail)?s)$/i
/** Bins of old Windows whose names a class may have: what is in them tells. */
const oldBin = /^recycle[dr]$/i
const inOldBins = /^(s-1-\d|info2?$|desktop\.ini$)/i
/** Anything else is read, and refused with a reason if it is no photo. */
const beside =
  /\.(txt|md|rst|pdf|csv|tsv|json|jsonl|xml|xmp|aae|ya?ml|html?|py|ipynb|sh|log|ini|db|pbtxt|zip|gz|tar|lnk|url|webloc|tmp|part|crdownload)$|^(readme|licen[cs]e|icon\r)$/i

export const isHidden = (name: string): boolean => name.startsWith('.')
export const hidden = 'It is hidden: its name begins with a dot.'

/** @returns why the file is not read; undefined for one that is */
export function whyIgnoredFile(name: string): string | undefined {
  if (isHidden(name)) return hidden
  return beside.test(name) ? 'It is a file of a kind that lies beside photos, such as a text or a list.' : undefined
}

/** @param inside names of what lies in it: asked for only where the name alone does not tell */
export async function whyIgnoredFolder(
  name: string,
  inside: () => Promise<readonly string[]>,
): Promise<string | undefined> {
  if (isHidden(name)) return hidden
  const isBin = housekeeping.test(name) || (oldBin.test(name) && (await inside()).some((one) => inOldBins.test(one)))
  return isBin ? 'It is a recycle bin, or a folder that a system or a camera program keeps for itself.' : undefined
}
