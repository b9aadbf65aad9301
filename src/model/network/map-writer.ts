/** What the ONNX writers of maps have in common. */
import type { Node } from './node.js'

/** How maps are kept in the file, channels first. Maps go by the names of their tensors. */
export interface MapWriter {
  /** @param map float32 */
  input(map: string): string
  write(node: Node, inputs: readonly string[]): string
  /** @returns the same map in float32 */
  float(map: string, block: string): string
}
