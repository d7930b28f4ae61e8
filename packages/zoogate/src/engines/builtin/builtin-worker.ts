import type { ListenerConfig, ListenOn, ReverseProxy } from '@zoogate/proxy'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { socketKey } from '../inherit/socket-key.ts'
import { EndpointSchema, readGeneration } from './files.ts'
import type { WorkerReport } from './stats.ts'

const ReloadParams = Type.Object({
  folder: Type.String({ minLength: 1 }),
  /** Absent at a start: whatever the folder holds. */
  generation: Type.Optional(Type.String()),
})
const EndpointsParams = Type.Object({
  services: Type.Array(
    Type.Object({ service: Type.String(), endpoints: Type.Array(EndpointSchema) }),
  ),
})

/** What the supervisor, and through it the agent, can ask of the worker. */
export class BuiltinWorker {
  readonly #proxy: ReverseProxy
  #generation = ''

  constructor(proxy: ReverseProxy) {
    this.#proxy = proxy
  }

  async call(
    method: string,
    params: unknown,
    sockets: ReadonlyMap<string, object>,
  ): Promise<unknown> {
    switch (method) {
      case 'reload':
        return this.#reload(Value.Parse(ReloadParams, params), sockets)
      case 'endpoints':
        return this.#setEndpoints(params)
      case 'observe':
        return this.#observe()
      default:
        throw new Error(`there is no method ${method}`)
    }
  }

  async #reload(
    { folder, generation }: { readonly folder: string; readonly generation?: string },
    sockets: ReadonlyMap<string, object>,
  ): Promise<{ readonly generation: string }> {
    const { id, config } = await readGeneration(folder)
    if (generation !== undefined && generation !== id) {
      throw new Error(`${folder} holds generation ${id}, not ${generation}`)
    }
    await this.#proxy.apply(config, (listener) => inheritedSocket(listener, sockets))
    this.#generation = id
    return { generation: id }
  }

  #setEndpoints(params: unknown): object {
    const { services } = Value.Parse(EndpointsParams, params)
    const known = this.#proxy.observe()
    const unknown = services.find(({ service }) => !known.has(service))
    if (unknown !== undefined) throw new Error(`there is no service ${unknown.service}`)
    for (const { service, endpoints } of services) this.#proxy.setEndpoints(service, endpoints)
    return {}
  }

  #observe(): WorkerReport {
    return {
      generation: this.#generation,
      services: Object.fromEntries(
        [...this.#proxy.observe()].map(([name, endpoints]) => [
          name,
          endpoints.map(({ endpoint, health, active }) => ({ endpoint, health, active })),
        ]),
      ),
      counters: this.#proxy.counters(),
    }
  }
}

function inheritedSocket(listener: ListenerConfig, sockets: ReadonlyMap<string, object>): ListenOn {
  const handle = sockets.get(socketKey(listener))
  if (handle !== undefined) return { handle }
  throw new Error(`the supervisor has given no socket for listener ${listener.name}`)
}
