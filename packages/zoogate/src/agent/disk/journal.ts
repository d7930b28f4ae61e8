import { readFile } from 'node:fs/promises'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { writeFileAtomically } from './atomic-file.ts'

/**
 * What was begun and what was done, so that a change cut off in the middle can be completed or undone
 * at the next start (F9), from what the engine really has.
 */
const JournalSchema = Type.Object({
  v: Type.Literal(1),
  /** The last generation that the engine was seen to serve. */
  good: Type.Optional(Type.String({ pattern: '^[0-9]+$' })),
  /** The highest generation that was ever begun: numbers are not used again. */
  newest: Type.Integer({ minimum: 0 }),
  /**
   * A change under way. `write`: the generation is being written and checked, nothing else was
   * touched. `switch`: it passed; `current` may name it, and the engine may have been told.
   */
  change: Type.Optional(
    Type.Object({
      to: Type.String({ pattern: '^[0-9]+$' }),
      step: Type.Union([Type.Literal('write'), Type.Literal('switch')]),
    }),
  ),
})
export type JournalEntry = Static<typeof JournalSchema>

export class Journal {
  readonly #path: string
  #entry: JournalEntry = { v: 1, newest: 0 }

  constructor(path: string) {
    this.#path = path
  }

  get entry(): JournalEntry {
    return this.#entry
  }

  /** One that is missing or cannot be read is begun anew: the engine itself is asked what it serves. */
  async load(): Promise<JournalEntry> {
    const text = await readFile(this.#path, 'utf8').catch(() => '')
    try {
      const entry: unknown = JSON.parse(text)
      if (Value.Check(JournalSchema, entry)) this.#entry = entry
    } catch {
      // Not JSON: as if it were missing.
    }
    return this.#entry
  }

  async write(entry: JournalEntry): Promise<void> {
    await writeFileAtomically(this.#path, `${JSON.stringify(entry)}\n`)
    this.#entry = entry
  }
}
