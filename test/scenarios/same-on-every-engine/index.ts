import type { Case } from './case.ts'
import { FAILURES } from './failures.ts'
import { FRAMING } from './framing.ts'
import { DIFFERENCES, HEADERS } from './headers.ts'
import { ROUTING, SPELLINGS } from './routing.ts'

export { type Case, head, sha256 } from './case.ts'

export const CASES: readonly Case[] = [
  ...ROUTING,
  ...SPELLINGS,
  ...FRAMING,
  ...HEADERS,
  ...DIFFERENCES,
  ...FAILURES,
]
