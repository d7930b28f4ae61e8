import type { BackendSpec, Step } from '../case-schema.ts'
import { reservePort } from '../ports.ts'
import { type BackendTls, SampleBackend, Sightings } from './sample-backend.ts'

/** The sample backends of one case, on ports of their own. */
export interface CaseBackends extends AsyncDisposable {
  readonly sightings: Sightings
  port(name: string): number
  /** As the case wrote them: an earlier run may have changed them. */
  reset(): Promise<void>
  become(name: string, state: NonNullable<Step['backends']>[string]): Promise<void>
}

export async function startBackends(
  names: readonly string[],
  specs: Readonly<Record<string, BackendSpec>>,
  tlsOf: (spec: BackendSpec) => BackendTls | undefined,
): Promise<CaseBackends> {
  const sightings = new Sightings()
  const ports = new Map<string, number>()
  const servers = new Map<string, SampleBackend>()
  for (const name of names) {
    const port = await reservePort()
    const spec = specs[name] ?? {}
    const tls = tlsOf(spec)
    ports.set(name, port)
    servers.set(
      name,
      new SampleBackend({ name, port, spec, sightings, ...(tls === undefined ? {} : { tls }) }),
    )
  }
  const reset = async () => {
    for (const server of servers.values()) await server.reset()
  }
  await reset()
  return {
    sightings,
    port: (name) => found(ports, name),
    reset,
    become: (name, state) => found(servers, name).become(state),
    async [Symbol.asyncDispose]() {
      for (const server of servers.values()) await server[Symbol.asyncDispose]()
    },
  }
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name)
  if (value === undefined) throw new Error(`the case has no backend ${name}`)
  return value
}
