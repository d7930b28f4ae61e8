import { OpCode, opCodeName } from '../protocol/op-code.ts'

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

/** The smallest operation code, closeSession's, is at place 0: a plain array is found in quicker than a map, at each request twice. */
const FIRST_OP_CODE = OpCode.closeSession

/** Counts requests by operation. */
export class RequestCounts {
  readonly #byOpCode: (Counts | undefined)[] = []

  add(opCode: OpCode, outcome: keyof RequestStats): void {
    const counts = this.#byOpCode[opCode - FIRST_OP_CODE]
    if (counts !== undefined) counts[outcome]++
    else this.#byOpCode[opCode - FIRST_OP_CODE] = { ...NONE, [outcome]: 1 }
  }

  get total(): RequestStats {
    const total = { ...NONE }
    this.#byOpCode.forEach((counts) => {
      if (counts === undefined) return
      total.sent += counts.sent
      total.answered += counts.answered
      total.refused += counts.refused
      total.failed += counts.failed
    })
    return total
  }

  /** By the operation's name. */
  get byOperation(): Readonly<Record<string, RequestStats>> {
    const byName: Record<string, RequestStats> = {}
    this.#byOpCode.forEach((counts, place) => {
      if (counts !== undefined) byName[opCodeName(place + FIRST_OP_CODE)] = { ...counts }
    })
    return byName
  }
}

const NONE: Counts = { sent: 0, answered: 0, refused: 0, failed: 0 }
