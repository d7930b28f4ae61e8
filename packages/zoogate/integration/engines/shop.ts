import { startBackends } from '../../../../test/support/backends.ts'
import { freePort } from '../../../../test/support/free-port.ts'
import type { Endpoint, ServicePool, View } from '../../src/model/view/view.ts'
import { endpointOf, listenerOf, serviceOf, viewOf } from '../../test/engines/support/views.ts'
import type { RunningEngine } from './running-engine.ts'

/** A running engine that takes requests at a port of its own, and gives them to Service `shop`. */
export interface Shop<Running extends RunningEngine> extends AsyncDisposable {
  readonly engine: Running
  readonly port: number
  pool(endpoints: readonly Endpoint[]): ServicePool
  view(endpoints: readonly Endpoint[], parts?: ViewParts): View
  /** Gives it other endpoints by a live change. */
  apply(endpoints: readonly Endpoint[]): Promise<void>
  /** Gives it another view by a reload. Returns its generation. */
  serve(endpoints: readonly Endpoint[], parts?: ViewParts): Promise<string>
  /** What it says that its endpoints are. */
  observed(): Promise<readonly Endpoint[] | undefined>
}

type ViewParts = Omit<NonNullable<Parameters<typeof viewOf>[0]>, 'services'> & {
  /** Beside `shop`. */
  readonly others?: readonly ServicePool[]
}

export interface ShopOptions {
  /** Of the Service. */
  readonly pool?: Partial<ServicePool>
  /** Of each view, unless it has others. Default: one plain listener, and one route of all requests. */
  readonly view?: (port: number) => ViewParts
}

export async function startShop<Running extends RunningEngine>(
  start: (view: View) => Promise<Running>,
  endpoints: readonly Endpoint[],
  { pool: poolParts = {}, view: viewParts = () => ({}) }: ShopOptions = {},
): Promise<Shop<Running>> {
  const port = await freePort()
  const pool = (some: readonly Endpoint[]) => serviceOf('shop', some, poolParts)
  const view = (some: readonly Endpoint[], parts: ViewParts = {}) => {
    const { others = [], ...rest } = { ...viewParts(port), ...parts }
    return viewOf({ listeners: [listenerOf(port)], ...rest, services: [...others, pool(some)] })
  }
  const engine = await start(view(endpoints))
  return {
    engine,
    port,
    pool,
    view,
    apply: (some) => engine.control.applyEndpoints([pool(some)]),
    serve: (some, parts) => engine.serve(view(some, parts)),
    async observed() {
      const { services } = await engine.control.observe()
      return services.get('shop')?.map(({ health: _, ...endpoint }) => endpoint)
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  }
}

/** All requests at this port for one endpoint of the Service. */
export function oneService(port: number, endpointPort: number): View {
  return viewOf({
    listeners: [listenerOf(port)],
    services: [serviceOf('shop', [endpointOf('a', endpointPort)])],
  })
}

type Many<Item, Count extends number, Found extends Item[] = []> = Found['length'] extends Count
  ? Found
  : Many<Item, Count, [...Found, Item]>

export interface Endpoints<Count extends number> extends AsyncDisposable {
  readonly all: Readonly<Many<Endpoint, Count>>
}

/** Servers in this process that answer with their names, `b0`, `b1` …, and the endpoints of these names. */
export async function startEndpoints<const Count extends number>(
  count: Count,
): Promise<Endpoints<Count>> {
  const backends = await startBackends(count)
  const all = backends.all.map(({ name, port }) => endpointOf(name, port))
  return {
    all: all as Many<Endpoint, Count>,
    [Symbol.asyncDispose]: () => backends[Symbol.asyncDispose](),
  }
}
