/** A piece of a text that is replaced. Pieces do not overlap. */
export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly replacement: string
}

/** The text with the pieces replaced, and its lines kept, so that a checker's line numbers stay the author's. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  let result = ''
  let at = 0
  for (const { start, end, replacement } of [...edits].sort((a, b) => a.start - b.start)) {
    const lines = text.slice(start, end).replace(/[^\n]/g, '')
    result += text.slice(at, start) + replacement + lines
    at = end
  }
  return result + text.slice(at)
}
