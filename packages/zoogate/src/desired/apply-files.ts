import { resourceWarnings } from '../model/checks/resource-warnings.ts'
import type { Issue } from '../model/issue.ts'
import { NOTHING_DESIRED, type SecretVersions } from '../model/resources/desired-state.ts'
import type { Resource, ResourceMap } from '../model/resources/resource.ts'
import {
  mergeResources,
  type ResourceChanges,
  withSecretChanges,
} from '../store/merge-resources.ts'
import type { KeyRing } from '../store/secrets/key-ring.ts'
import type { SecretsToPut } from '../store/secrets/pin-secrets.ts'
import type { Store } from '../store/store.ts'
import { locate, type Sources, stateIssues } from './check-state.ts'
import { invalidState } from './desired-state-error.ts'
import { type LoadedFiles, loadFiles } from './load-files.ts'
import { type GatewayPlan, planGateways } from './plan-gateways.ts'

export interface ApplyRequest {
  /** Default `keep`. */
  readonly others?: 'keep' | 'delete'
  /** `plan` changes nothing. Default `apply`. */
  readonly mode?: 'apply' | 'plan'
  readonly author: string
  readonly message?: string
  /** What Secrets are encrypted with. Only called where there are some. */
  readonly keys: () => Promise<KeyRing>
}

export interface AppliedFiles {
  /** The new revision; where nothing was changed the one that is there. */
  readonly revision: number
  /** A revision was made. */
  readonly changed: boolean
  readonly changes: ResourceChanges
  readonly gateways: readonly GatewayPlan[]
  readonly warnings: readonly Issue[]
  /** The whole desired state afterwards. */
  readonly resources: ResourceMap
  /** And the versions of its Secrets; of a plan those that there would be. */
  readonly secrets: SecretVersions
}

/**
 * Reads files, checks them together with what is there, and makes that the desired state.
 * @throws DesiredStateError with every issue, and nothing is changed
 */
export async function applyFiles(
  store: Store,
  request: ApplyRequest & { readonly files: readonly string[] },
): Promise<AppliedFiles> {
  return applyLoaded(store, await loadFiles(request.files), request)
}

/** As {@link applyFiles}, of files that were read before there was a store. */
export async function applyLoaded(
  store: Store,
  loaded: LoadedFiles,
  request: ApplyRequest,
): Promise<AppliedFiles> {
  const { sources, issues } = loaded
  if (issues.length > 0) throw invalidState(issues)
  const put = resourcesIn(sources)
  const secrets = await secretsToPut(loaded, request)
  if (request.mode === 'plan') return planOnly(store, { put, secrets, loaded, request })
  let before = NOTHING_DESIRED
  const written = await store.apply({
    resources: put,
    ...(secrets === undefined ? {} : { secrets }),
    others: request.others ?? 'keep',
    author: request.author,
    ...(request.message === undefined ? {} : { message: request.message }),
    check: (resources, base) => {
      before = base
      assertValid(resources, sources)
    },
  })
  const { revision, changed, changes, resources, secrets: pinned } = written
  return {
    revision,
    changed,
    changes,
    gateways: planGateways(before, written),
    warnings: warnings(resources, loaded),
    resources,
    secrets: pinned,
  }
}

/** Keys are asked for only where there is something to encrypt. */
async function secretsToPut(
  { secrets }: LoadedFiles,
  { keys }: Pick<ApplyRequest, 'keys'>,
): Promise<SecretsToPut | undefined> {
  return secrets.size === 0 ? undefined : { bytes: secrets, keys: await keys() }
}

interface PlanRequest {
  readonly put: ResourceMap
  readonly secrets: SecretsToPut | undefined
  readonly loaded: LoadedFiles
  readonly request: Pick<ApplyRequest, 'others'>
}

async function planOnly(
  store: Store,
  { put, secrets, loaded, request }: PlanRequest,
): Promise<AppliedFiles> {
  const revision = await store.readHead()
  const before = await store.readState(revision)
  const remove = request.others === 'delete' ? before.resources.keys() : []
  const { resources, changes } = mergeResources(before.resources, put, remove)
  assertValid(resources, loaded.sources)
  const pins = await store.planSecrets(resources, before.secrets, secrets)
  return {
    revision,
    changed: false,
    changes: withSecretChanges(changes, before.secrets, pins),
    gateways: planGateways(before, { resources, secrets: pins }),
    warnings: warnings(resources, loaded),
    resources,
    secrets: pins,
  }
}

function assertValid(resources: ResourceMap, sources: Sources): void {
  const issues = stateIssues(resources, sources)
  if (issues.length > 0) throw invalidState(issues)
}

/** Only of what was written now: the rest was told when it was. */
function warnings(
  resources: ResourceMap,
  { sources, secretWarnings }: LoadedFiles,
): readonly Issue[] {
  const written = resourceWarnings(resources)
    .filter((issue) => sources.has(issue.resource))
    .map((issue) => locate(issue, sources))
  return [...written, ...secretWarnings]
}

function resourcesIn(sources: Sources): ResourceMap {
  return new Map([...sources].map(([key, source]): [string, Resource] => [key, source.resource]))
}
