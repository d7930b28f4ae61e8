import { type OpCode, opCodeName } from '../protocol/op-code.ts'

/** What became of requests. `sent` is `answered` + `refused` + those of `failed` that were sent + those in flight. */
export interface RequestStats {
  readonly sent: number
  /** The server did as asked, or found nothing where `exists` asked. */
  readonly answered: number
  /** The server answered with an error. */
  readonly refused: number
  /** The client ended the call without an answer, whether it was sent or not. */
  readonly failed: number
}

type Counts = { -readonly [Outcome in keyof RequestStats]: number }

/** Counts requests by operation. */
export class RequestCounts {
  readonly #byOpCode = new Map<OpCode, Counts>()

  add(opCode: OpCode, outcome: keyof RequestStats): void {
    const counts = this.#byOpCode.get(opCode)
    if (counts !== undefined) counts[outcome]++
    else this.#byOpCode.set(opCode, { ...NONE, [outcome]: 1 })
  }

  get total(): RequestStats {
    const total = { ...NONE }
    for (const counts of this.#byOpCode.values()) {
      total.sent += counts.sent
      total.answered += counts.answered
      total.refused += counts.refused
      total.failed += counts.failed
    }
    return total
  }

  /** By the operation's name. */
  get byOperation(): Readonly<Record<string, RequestStats>> {
    const entries = [...this.#byOpCode].map(([code, counts]) => [opCodeName(code), { ...counts }])
    return Object.fromEntries(entries)
  }
}

const NONE: Counts = { sent: 0, answered: 0, refused: 0, failed: 0 }
