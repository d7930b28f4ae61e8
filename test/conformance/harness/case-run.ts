import { buildView } from '../../../packages/zoogate/src/model/view/builder.ts'
import type { Secret, View } from '../../../packages/zoogate/src/model/view/view.ts'
import { mergeMembers } from './batch.ts'
import { gatewayOf } from './case-resources.ts'
import { Endpoints } from './engine/endpoints.ts'
import type { EngineNode } from './engine/engine-node.ts'
import type { Variant } from './engine/variants.ts'
import type { PreparedCase } from './prepared-case.ts'
import { runSteps } from './run-steps.ts'

/** So many cases of a batch ask at once: they wait more than they work. */
const CASES_AT_ONCE = 6

/** What became of a case: undefined where all was as expected. */
export type Outcomes = Map<string, Error | undefined>

/**
 * Serves cases with one configuration, and asks. Where the engine does not take it, halves of it are
 * tried, until it is known which case it is.
 */
export async function runBatch(
  { engine }: Pick<Variant, 'engine'>,
  node: EngineNode,
  nextRevision: () => number,
  cases: readonly PreparedCase[],
): Promise<Outcomes> {
  const resources = mergeMembers(engine.name, cases)
  const endpoints = new Endpoints(resources)
  const revision = nextRevision()
  const secrets = secretsOf(cases)
  const view = (): View | undefined =>
    buildView('edge', revision, resources, endpoints.of, (name) => secrets.get(name))
  try {
    await node.serve(revision, view)
  } catch (error) {
    const [only] = cases
    if (only !== undefined && cases.length === 1) return new Map([[only.id, asError(error)]])
    const half = Math.ceil(cases.length / 2)
    const outcomes: Outcomes = new Map()
    for (const part of [cases.slice(0, half), cases.slice(half)]) {
      const found = await runBatch({ engine }, node, nextRevision, part)
      for (const [id, outcome] of found) outcomes.set(id, outcome)
    }
    return outcomes
  }
  if (engine.healthChecks === 'agent') endpoints.check(() => void node.changed().catch(() => {}))
  try {
    return await askAll(engine.name, node, endpoints, cases)
  } finally {
    endpoints.close()
  }
}

/** By the names that they have in the shared Gateway. */
function secretsOf(cases: readonly PreparedCase[]): ReadonlyMap<string, Secret> {
  return new Map(
    cases.flatMap(({ prefix, secrets }) =>
      [...secrets.bytes.values()].map((secret) => {
        const name = prefix + secret.name
        return [name, { ...secret, name }] as const
      }),
    ),
  )
}

async function askAll(
  engine: string,
  node: EngineNode,
  endpoints: Endpoints,
  cases: readonly PreparedCase[],
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map()
  let next = 0
  const worker = async () => {
    for (let given = cases[next++]; given !== undefined; given = cases[next++]) {
      outcomes.set(given.id, await outcomeOf(engine, given, node, endpoints))
    }
  }
  await Promise.all(Array.from({ length: CASES_AT_ONCE }, worker))
  return outcomes
}

async function outcomeOf(
  engine: string,
  given: PreparedCase,
  node: EngineNode,
  endpoints: Endpoints,
): Promise<Error | undefined> {
  const { prefix, spec, backends, listenerPorts } = given
  const { listeners = [] } = gatewayOf(given.resources).spec
  try {
    await backends.reset()
    await runSteps(spec, {
      engine,
      sightings: backends.sightings,
      defaultHost: given.defaultHost,
      placeOf: given.placeOf,
      listener: (name = listeners[0]?.name ?? '') => {
        const listener = listeners.find((one) => one.name === name)
        const port = listenerPorts.get(name)
        if (listener === undefined || port === undefined) throw new Error(`no listener ${name}`)
        return { port, tls: ['HTTPS', 'TLS'].includes(listener.protocol ?? 'HTTP') }
      },
      shownCertificate: (name) => given.secrets.certificate(name),
      changeBackend: (name, state) => backends.become(name, state),
      changeEndpoints: async (changes) => {
        for (const [service, ids] of Object.entries(changes)) {
          for (const [id, change] of Object.entries(ids)) {
            endpoints.change(prefix + service, id, change)
          }
        }
        await node.changed()
      },
    })
    return undefined
  } catch (error) {
    return asError(error)
  }
}

/** What matters is what was answered, and not where in the harness it was looked at. */
function asError(error: unknown): Error {
  const failure = error instanceof Error ? error : new Error(String(error))
  failure.stack = ''
  return failure
}
