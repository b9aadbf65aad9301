/** The scans of a JPEG: whether they hold the whole picture, and which of their bytes are none of it. */
import { photoLimits } from './limits.js'
import { type BlockTables, bytesOfBlocks, type HuffmanTable } from './jpeg-blocks.js'

/** Second bytes of the markers that begin a frame, by what follows from them. */
const baseline: ReadonlySet<number> = new Set([0xc0, 0xc1])
const sequential: ReadonlySet<number> = new Set([...baseline, 0xc9])
const frames: ReadonlySet<number> = new Set([...sequential, 0xc2, 0xca])
export const isFrame = (code: number): boolean => frames.has(code)
export const isRestart = (code: number | undefined): boolean => code !== undefined && code >= 0xd0 && code <= 0xd7

const coefficients = 64
/** More, and finer ones, no JPEG may have. */
const [mostComponents, mostSampling] = [4, 4]

interface Component {
  readonly across: number
  readonly down: number
  /** Of each coefficient, how many of its bits are still to come; undefined: all. */
  readonly missingBits: (number | undefined)[]
}

interface Frame {
  readonly code: number
  readonly width: number
  readonly height: number
  readonly components: ReadonlyMap<number, Component>
}

/** The blocks of a scan that are read together, how often, and how often before each restart marker. */
interface Units {
  readonly unit: readonly BlockTables[]
  readonly count: number
  readonly interval: number
}

/** Entropy-coded bytes of so many units, between two markers. */
interface Piece {
  readonly bytes: Uint8Array
  readonly units: number
}

export class Scans {
  private frame: Frame | undefined
  private readonly tables = new Map<number, HuffmanTable>()
  /** Units between two restart markers; 0: there are none. */
  private interval = 0

  /** The entropy-coded bytes of each scan that is written in baseline blocks. */
  private readonly baselineScans: { units: Units; scan: Uint8Array }[] = []

  /**
   * Whether no part of the picture is missing. Of a progressive one, the scans are counted; whether the last of them is whole its
   * decoder tells.
   */
  async isComplete(): Promise<boolean> {
    const components = [...(this.frame?.components.values() ?? [])]
    const isBegun = components.every(({ missingBits }) => missingBits.every((bits) => bits === 0))
    if (components.length === 0 || !isBegun) return false
    for (const { units, scan } of this.baselineScans) {
      let count = 0
      for (const piece of piecesOf(scan, units)) {
        if ((await bytesOfBlocks(piece.bytes, units.unit, piece.units)) === undefined) return false
        count += piece.units
      }
      if (count < units.count) return false
    }
    return true
  }

  get componentCount(): number {
    return this.frame?.components.size ?? 0
  }

  get isBegun(): boolean {
    return this.frame !== undefined
  }

  beginFrame(segment: Buffer): void {
    const components = new Map<number, Component>()
    const end = Math.min(segment.length, 10 + 3 * Math.min(segment[9] ?? 0, mostComponents))
    for (let at = 10; at + 2 < end; at += 3) {
      const sampling = segment[at + 1] ?? 0
      const missingBits = Array.from<number | undefined>({ length: coefficients })
      components.set(segment[at] ?? 0, { across: sampling >> 4, down: sampling & 15, missingBits })
    }
    this.frame = { code: segment[1] ?? 0, width: segment.readUInt16BE(7), height: segment.readUInt16BE(5), components }
  }

  setInterval(segment: Buffer): void {
    this.interval = segment.length < 6 ? 0 : segment.readUInt16BE(4)
  }

  /** By their class and number, as they stand in the file. */
  addTables(segment: Buffer): void {
    for (let at = 4; at + 17 <= segment.length;) {
      const counts = segment.subarray(at + 1, at + 17)
      const end = at + 17 + counts.reduce((sum, count) => sum + count, 0)
      this.tables.set(segment[at] ?? 0, { counts, symbols: segment.subarray(at + 17, end) })
      at = end
    }
  }

  /**
   * @param header of a scan; in a sequential frame, where they mean nothing, its last three numbers are set to what they must be
   * @returns what is read together in it, where that can be told
   */
  beginScan(header: Buffer): Units | undefined {
    const { frame } = this
    if (!frame) return undefined
    const spectral = header.length - 3
    if (sequential.has(frame.code)) header.set([0, coefficients - 1, 0], spectral)
    const [first = 0, last = 0, bits = 0] = header.subarray(spectral)
    const own = []
    for (let at = 5; at + 1 < spectral; at += 2) {
      const component = frame.components.get(header[at] ?? 0)
      if (!component) return undefined
      component.missingBits.fill(bits & 15, first, last + 1)
      own.push({ component, selectors: header[at + 1] ?? 0 })
    }
    return baseline.has(frame.code) ? this.unitsOf(frame, own) : undefined
  }

  private unitsOf(
    { width, height, components }: Frame,
    own: readonly { component: Component; selectors: number }[],
  ): Units | undefined {
    const all = [...components.values()]
    const [across, down] = [Math.max(...all.map((one) => one.across)), Math.max(...all.map((one) => one.down))]
    if (all.some((one) => one.across === 0 || one.down === 0)) return undefined
    // What would be read for a long time, or is read without a bit of the file, is not read at all.
    if (own.length === 0 || Math.max(across, down) > mostSampling || width * height > photoLimits.pixels)
      return undefined
    const unit: BlockTables[] = []
    for (const { component, selectors } of own) {
      const dc = this.tables.get(selectors >> 4)
      const ac = this.tables.get(0x10 | (selectors & 15))
      if (!dc || !ac) return undefined
      const blocks = own.length === 1 ? 1 : component.across * component.down
      for (let i = 0; i < blocks; i++) unit.push({ dc, ac })
    }
    // Each component by itself has only those blocks that the picture needs.
    const [alone] = own.length === 1 ? own : []
    const columns = alone ? Math.ceil((width * alone.component.across) / across) : width
    const rows = alone ? Math.ceil((height * alone.component.down) / down) : height
    const [wide, high] = alone ? [8, 8] : [8 * across, 8 * down]
    const count = Math.ceil(columns / wide) * Math.ceil(rows / high)
    return { unit, count, interval: this.interval || count }
  }

  /** @param scan its entropy-coded bytes @returns the same, without the zeros that some cameras write before a restart marker */
  async withoutZeros(scan: Uint8Array, units: Units | undefined): Promise<Uint8Array[]> {
    if (!units) return [scan]
    this.baselineScans.push({ units, scan })
    if (units.interval === units.count) return [scan]
    const out: Uint8Array[] = []
    let at = 0
    for (const { bytes, units: times } of piecesOf(scan, units)) {
      const needed = bytes.at(-1) === 0 ? await bytesOfBlocks(bytes, units.unit, times) : undefined
      const isOver = needed !== undefined && bytes.subarray(needed).every((byte) => byte === 0)
      at += bytes.length
      out.push(isOver ? bytes.subarray(0, needed) : bytes, scan.subarray(at, at + 2))
      at += 2
    }
    out.push(scan.subarray(at))
    return out
  }
}

function* piecesOf(scan: Uint8Array, { count, interval }: Units): Generator<Piece> {
  let rest = count
  for (let at = 0; at < scan.length && rest > 0;) {
    const end = endOfPiece(scan, at)
    const units = Math.max(0, Math.min(interval, rest))
    yield { bytes: scan.subarray(at, end), units }
    rest -= units
    at = end + 2
  }
}

/** The next restart marker, or the end. */
function endOfPiece(scan: Uint8Array, from: number): number {
  for (let at = scan.indexOf(0xff, from); at >= 0; at = scan.indexOf(0xff, at + 1))
    if (isRestart(scan[at + 1])) return at
  return scan.length
}
