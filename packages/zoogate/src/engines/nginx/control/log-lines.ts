/** Levels of nginx's log at which it does not do what it was asked to. */
const LINE = /^(?:\S+ \S+ |nginx: )\[(emerg|alert|crit)\] (?:\d+#\d+: )?(.*)$/

export interface LogLine {
  readonly level: 'emerg' | 'alert' | 'crit'
  readonly message: string
}

/** Many lines say the same: a listener that cannot be bound is tried five times. */
const LINES_MAX = 10

/**
 * The grave lines of a log or of a checker's output, each once, without time and process, and the
 * generation's folder left out of file names.
 */
export function graveLines(text: string, folder?: string): readonly LogLine[] {
  const found = new Map<string, LogLine>()
  for (const line of text.split('\n')) {
    const [, level, rest] = LINE.exec(line) ?? []
    if (rest === undefined) continue
    if (level !== 'emerg' && level !== 'alert' && level !== 'crit') continue
    const message = folder === undefined ? rest : rest.replaceAll(`${folder}/`, '')
    if (found.size < LINES_MAX) found.set(message, { level, message })
  }
  return [...found.values()]
}
