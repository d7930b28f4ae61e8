import type { Scheduler } from '@zoogate/balancer'
import type { Logger } from 'pino'
import type { Engine, EngineControl, EnginePaths } from '../../engines/engine.ts'
import type { View } from '../../model/view/view.ts'
import type { Generations } from '../disk/generations.ts'
import type { Journal } from '../disk/journal.ts'
import type { EngineHost } from './engine-host.ts'

/** All that one node has of its engine: shared by what changes it and what looks at it. */
export interface NodeEngine {
  readonly engine: Engine
  readonly control: EngineControl
  readonly host: EngineHost
  readonly paths: EnginePaths
  readonly generations: Generations
  readonly journal: Journal
  /** Aborted when the agent ends and waits no longer: from then on nothing more is done on the disk. */
  readonly lettingGo: AbortSignal
  /** What waits between looks, tries and polls, waits by it. */
  readonly scheduler: Scheduler
  readonly log: Logger
}

/** What the engine was last seen to serve, and what it was given since. */
export interface Served {
  readonly generation: string
  readonly view: View
}

/** What is known of the engine. */
export interface Holding {
  /** Undefined: nothing, or nothing that this agent knows. */
  readonly served: Served | undefined
  readonly running: boolean
}
