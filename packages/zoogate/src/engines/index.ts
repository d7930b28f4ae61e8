import type { EngineName } from '../model/view.ts'
import { builtin } from './builtin/index.ts'
import type { Engine } from './engine.ts'
import { haproxy } from './haproxy/index.ts'
import { nginx } from './nginx/index.ts'

/** Every engine that a Gateway can name. A further one is a folder and a line here. */
export const engines: ReadonlyMap<EngineName, Engine> = new Map(
  [builtin, haproxy, nginx].map((engine) => [engine.name, engine]),
)
