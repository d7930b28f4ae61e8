import type { Engine } from '../../../packages/zoogate/src/engines/engine.ts'
import { resourcesOf } from '../../../packages/zoogate/src/model/resources/resource.ts'
import type { CaseBackends } from './backends/case-backends.ts'
import type { Member } from './batch.ts'
import { caseResources } from './case-resources.ts'
import type { CaseSpec } from './case-schema.ts'
import type { CaseFixtures } from './fixtures/case-fixtures.ts'
import type { CaseSecrets } from './fixtures/case-secrets.ts'
import type { Values } from './placeholders.ts'
import { reservePort } from './ports.ts'
import { type Case, parseCase } from './read-cases.ts'

/** A case with all that it needs to be served by one engine. */
export interface PreparedCase extends Member {
  readonly id: string
  readonly spec: CaseSpec
  /** Where a request is written, for what is said of it. */
  placeOf(request: number): string
  readonly backends: CaseBackends
  readonly secrets: CaseSecrets
  readonly listenerPorts: ReadonlyMap<string, number>
  /** The first hostname that is no wildcard. */
  readonly defaultHost: string
}

const LISTENER = /\$\{listen\.([a-z0-9-]+)\}/g

/** @param index tells its names from those of the cases beside it */
export async function prepareCase(
  given: Case,
  engine: Engine,
  index: number,
  { backends, secrets, folder, phpFpm }: CaseFixtures,
): Promise<PreparedCase> {
  const listenerPorts = new Map<string, number>()
  const names = [...given.text.matchAll(LISTENER)].map(([, name = '']) => name)
  for (const name of new Set([...names, 'http'])) listenerPorts.set(name, await reservePort())
  const values: Values = {
    engine: engine.name,
    folder,
    phpFpm,
    backendPort: (name) => backends.port(name),
    listenerPort: (name) => listenerPorts.get(name) ?? 0,
  }
  const parsed = parseCase(given.text, given.file, values)
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
  const { resources } = caseResources(given, engine, values)
  const hostnames = resourcesOf(resources, 'HTTPRoute').flatMap(({ spec }) => spec.hostnames ?? [])
  return {
    id: given.id,
    prefix: `c${index}-`,
    alone: parsed.spec.alone ?? false,
    resources,
    spec: parsed.spec,
    placeOf: (request) => parsed.place(['requests', request]),
    backends,
    secrets,
    listenerPorts,
    defaultHost: hostnames.find((name) => !name.startsWith('*')) ?? 'any.test',
  }
}
