import { type DevMessage, type DevState, gatewayLine, renderScreen } from './table.ts'

/** Escape sequences of ECMA-48 that every terminal knows. */
const HOME = '\u001b[H'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'
const CLEAR_SCREEN = '\u001b[2J'

export interface DevOutput {
  show(state: DevState): void
  message(message: DevMessage): void
}

/** A screen that is kept current on a terminal; elsewhere a log, a line for each change. */
export function createOutput(stream: NodeJS.WriteStream): DevOutput {
  return stream.isTTY ? new Screen(stream) : new Log(stream)
}

class Screen implements DevOutput {
  readonly #stream: NodeJS.WriteStream
  #last = ''

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    stream.on('resize', () => {
      this.#last = ''
    })
  }

  show(state: DevState): void {
    const colour = process.env['NO_COLOR'] === undefined
    const rows = (this.#stream.rows ?? 24) - 1
    const lines = renderScreen(state, this.#stream.columns ?? 80, colour).slice(0, rows)
    const text = lines.map((line) => `${line}${CLEAR_LINE}\n`).join('')
    if (text === this.#last) return
    const begin = this.#last === '' ? CLEAR_SCREEN + HOME : HOME
    this.#last = text
    this.#stream.write(begin + text + CLEAR_BELOW)
  }

  /** The screen shows the last messages itself. */
  message(): void {}
}

class Log implements DevOutput {
  readonly #stream: NodeJS.WriteStream
  readonly #lines = new Map<string, string>()

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show(state: DevState): void {
    for (const gateway of state.gateways) {
      const line = gatewayLine(gateway)
      if (this.#lines.get(gateway.name) === line) continue
      this.#lines.set(gateway.name, line)
      this.#write(line)
    }
  }

  message(message: DevMessage): void {
    this.#write(message.level === 'error' ? `error: ${message.text}` : message.text)
  }

  #write(text: string): void {
    this.#stream.write(`${new Date().toISOString()} ${text}\n`)
  }
}
