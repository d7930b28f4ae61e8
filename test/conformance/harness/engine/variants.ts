import type { Engine } from '../../../../packages/zoogate/src/engines/engine.ts'
import { engines } from '../../../../packages/zoogate/src/engines/index.ts'

/** An engine in one of the ways in which it is run. */
export interface Variant {
  readonly name: string
  readonly engine: Engine
}

export const VARIANTS: readonly Variant[] = [...engines.values()].map((engine) => ({
  name: engine.name,
  engine,
}))
