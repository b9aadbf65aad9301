/** Documents that were parsed, for whoever sends the same again: all clients of a kind do. */
import type { DocumentNode } from 'graphql'

/** Characters of the texts together. Parsed, a text takes up to some two hundred bytes a character. */
export const maxCachedCharacters = 256 * 1024

/** The one that was wanted last goes last. What is found to be valid goes with its document: yoga keeps it by that. */
export class DocumentCache {
  private readonly documents = new Map<string, DocumentNode>()
  private characters = 0

  get(text: string): DocumentNode | undefined {
    const document = this.documents.get(text)
    if (document) {
      this.documents.delete(text)
      this.documents.set(text, document)
    }
    return document
  }

  set(text: string, document: DocumentNode): void {
    if (!this.documents.has(text)) this.characters += text.length
    this.documents.set(text, document)
    for (const oldest of this.documents.keys()) {
      if (this.characters <= maxCachedCharacters) break
      this.documents.delete(oldest)
      this.characters -= oldest.length
    }
  }
}
