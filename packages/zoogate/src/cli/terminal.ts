import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Where a command writes to: the process's streams, or a test's. */
export interface Terminal {
  /** Answers, for people or for programs. */
  out(text: string): void
  /** What goes beside the answer: warnings, errors, progress. */
  err(text: string): void
  /** Colours the text where colours are wanted, and gives it back as it is where they are not. */
  style(style: Style, text: string): string
  readonly isTTY: boolean
}

/**
 * The terminal of this process. Colours only on a terminal, and never where `NO_COLOR` is set
 * (no-color.org).
 */
export function processTerminal(
  environment: NodeJS.ProcessEnv = process.env,
  stdout: NodeJS.WriteStream = process.stdout,
): Terminal {
  const isTTY = stdout.isTTY === true
  const coloured = isTTY && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
  return {
    out: (text) => stdout.write(`${text}\n`),
    err: (text) => process.stderr.write(`${text}\n`),
    style: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    isTTY,
  }
}
