import type { Counters } from '@zoogate/proxy'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { EngineError, type EngineProcess, type Observation } from '../engine.ts'
import { EndpointSchema } from './files.ts'

const HealthSchema = Type.Union([
  Type.Literal('passing'),
  Type.Literal('failing'),
  Type.Literal('unknown'),
])

/** What the worker answers to `observe`. */
const ReportSchema = Type.Object({
  generation: Type.String(),
  services: Type.Record(
    Type.String(),
    Type.Array(
      Type.Object({
        endpoint: EndpointSchema,
        health: HealthSchema,
        active: Type.Integer({ minimum: 0 }),
      }),
    ),
  ),
  counters: Type.Record(Type.String(), Type.Number()),
})
export type WorkerReport = Omit<Static<typeof ReportSchema>, 'counters'> & {
  readonly counters: Readonly<Counters>
}

export interface BuiltinObservation extends Observation {
  /** By name, as in the proxy's `Counters`. */
  readonly counters: Readonly<Record<string, number>>
}

/**
 * Asks the running proxy what it has.
 * @throws EngineError `ENGINE_UNREACHABLE`
 */
export async function observe(process: EngineProcess): Promise<BuiltinObservation> {
  const report = await ask(process)
  return {
    generation: report.generation,
    services: new Map(
      Object.entries(report.services).map(([name, endpoints]) => [
        name,
        endpoints.map(({ endpoint, health }) => ({ ...endpoint, health })),
      ]),
    ),
    counters: report.counters,
  }
}

async function ask(process: EngineProcess): Promise<Static<typeof ReportSchema>> {
  try {
    return Value.Parse(ReportSchema, await process.call('observe', {}))
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new EngineError('ENGINE_UNREACHABLE', words, { cause: error })
  }
}
