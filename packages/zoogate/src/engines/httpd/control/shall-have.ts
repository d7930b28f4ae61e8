import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Endpoint } from '../../../model/view/view.ts'
import { endpointsFile } from '../render/files.ts'
import type { Manifest } from '../render/manifest.ts'
import { type Member, membersOf } from '../render/member.ts'

export interface Shall {
  readonly endpoints: readonly Endpoint[]
  /** With their whole shares. */
  readonly members: readonly Member[]
}

/**
 * What the services of the current generation shall have: as they were given live, else as the generation's
 * files say, which follow what is given. Each is worked out once, and not at every look at httpd.
 */
export class ShallHave {
  readonly #folder: string
  readonly #byService = new Map<string, Shall>()
  #generation: string | undefined

  /** @param folder of the current generation */
  constructor(folder: string) {
    this.#folder = folder
  }

  async of(manifest: Manifest, service: string): Promise<Shall> {
    this.#keepOnly(manifest)
    const known = this.#byService.get(service)
    if (known !== undefined) return known
    const text = await readFile(join(this.#folder, endpointsFile(service)), 'utf8')
    const later = this.#byService.get(service)
    if (later !== undefined) return later
    // Written by ourselves, from a view that was checked.
    return this.give(manifest, service, JSON.parse(text) as readonly Endpoint[])
  }

  give(manifest: Manifest, service: string, endpoints: readonly Endpoint[]): Shall {
    this.#keepOnly(manifest)
    const growing = manifest.services.find(({ name }) => name === service)?.growing
    const shall = { endpoints, members: membersOf({ endpoints, ...growing }) }
    this.#byService.set(service, shall)
    return shall
  }

  /** The files are read anew. */
  forget(): void {
    this.#byService.clear()
  }

  #keepOnly({ generation }: Manifest): void {
    if (generation !== this.#generation) this.forget()
    this.#generation = generation
  }
}
