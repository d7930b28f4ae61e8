import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { ServicePool, View } from '../../../model/view/view.ts'
import { destinationsOf } from './destination.ts'
import type { ControlAddress } from './files.ts'
import { listenerHosts } from './listener-hosts.ts'

const ManifestSchema = Type.Object({
  generation: Type.String({ pattern: '^[0-9]+$', maxLength: 20 }),
  address: Type.String({ pattern: '^127(\\.[0-9]{1,3}){3}$' }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  /** The names by which virtual hosts are reached. */
  hosts: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 4_096 }),
  services: Type.Array(
    Type.Object({
      name: Type.String({ maxLength: 63 }),
      /** Balancers, by name; `timed` where its members have timeouts of their own. */
      balancers: Type.Array(
        Type.Object({ name: Type.String({ maxLength: 63 }), timed: Type.Boolean() }),
      ),
      /** Where endpoints start slowly: what an agent that comes later has to know to let them grow on. */
      growing: Type.Optional(
        Type.Object({
          slowStartMs: Type.Integer({ minimum: 1 }),
          algorithm: Type.Union([
            Type.Literal('roundRobin'),
            Type.Literal('random'),
            Type.Literal('consistentHash'),
          ]),
          tls: Type.Optional(Type.Object({})),
          sessionPersistence: Type.Optional(Type.Object({ type: Type.Literal('SourceIP') })),
        }),
      ),
    }),
  ),
})

/** What an agent has to know of a generation to speak with the httpd that serves it. */
export type Manifest = Static<typeof ManifestSchema>

export function manifestOf(view: View, generation: string, control: ControlAddress): Manifest {
  return {
    generation,
    ...control,
    hosts: view.listeners.flatMap((listener) =>
      listenerHosts(listener, view).map(({ name }) => name),
    ),
    services: [...destinationsOf(view)].map(([name, destinations]) => ({
      name,
      ...growingPart(view.services.get(name)),
      balancers: destinations.map((destination) => ({
        name: destination.name,
        timed: destination.silenceS !== undefined,
      })),
    })),
  }
}

function growingPart(pool: ServicePool | undefined): Pick<Manifest['services'][number], 'growing'> {
  if (pool?.slowStartMs === undefined) return {}
  const { algorithm, slowStartMs, tls, sessionPersistence: session } = pool
  // Others are refused beside a slow start: see `refusals.ts`.
  if (algorithm !== 'random' && algorithm !== 'consistentHash' && algorithm !== 'roundRobin')
    return {}
  return {
    growing: {
      slowStartMs,
      algorithm,
      ...(tls === undefined ? {} : { tls: {} }),
      ...(session?.type === 'SourceIP' ? { sessionPersistence: session } : {}),
    },
  }
}

export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 1)}\n`
}

/** Undefined: not a manifest. */
export function parseManifest(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(ManifestSchema, value) ? value : undefined
  } catch {
    return undefined
  }
}
