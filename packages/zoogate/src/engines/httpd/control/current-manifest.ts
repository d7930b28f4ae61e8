import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../../engine.ts'
import { MANIFEST_FILE } from '../render/files.ts'
import { type Manifest, parseManifest } from '../render/manifest.ts'

/** The manifest of the generation that the link points at. It is read each time, and understood once. */
export class CurrentManifest {
  readonly #file: string
  #text: string | undefined
  #manifest: Manifest | undefined

  /** @param folder of the current generation */
  constructor(folder: string) {
    this.#file = join(folder, MANIFEST_FILE)
  }

  /** @throws EngineError `ENGINE_UNREACHABLE` */
  async read(): Promise<Manifest> {
    const text = await readFile(this.#file, 'utf8').catch(() => '')
    if (text !== this.#text) {
      this.#manifest = parseManifest(text)
      this.#text = text
    }
    if (this.#manifest !== undefined) return this.#manifest
    throw new EngineError('ENGINE_UNREACHABLE', `${this.#file} does not say how httpd is spoken to`)
  }
}
