import type { Issue } from '../model/issue.ts'
import type { Resource, ResourceMap } from '../model/resource.ts'
import { resourceWarnings } from '../model/resource-warnings.ts'
import { mergeResources, type ResourceChanges } from '../store/merge-resources.ts'
import type { Store } from '../store/store.ts'
import { locate, type Sources, stateIssues } from './check-state.ts'
import { invalidState } from './desired-state-error.ts'
import { type LoadedFiles, loadFiles } from './load-files.ts'
import { type GatewayPlan, planGateways } from './plan-gateways.ts'

export interface ApplyFilesRequest {
  readonly files: readonly string[]
  /** Default `keep`. */
  readonly others?: 'keep' | 'delete'
  /** `plan` changes nothing. Default `apply`. */
  readonly mode?: 'apply' | 'plan'
  readonly author: string
  readonly message?: string
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
}

/**
 * Reads files, checks them together with what is there, and makes that the desired state.
 * @throws DesiredStateError with every issue, and nothing is changed
 */
export async function applyFiles(store: Store, request: ApplyFilesRequest): Promise<AppliedFiles> {
  const loaded = await loadFiles(request.files)
  return applyLoaded(store, loaded, request)
}

export async function applyLoaded(
  store: Store,
  { sources, issues }: LoadedFiles,
  request: Omit<ApplyFilesRequest, 'files'>,
): Promise<AppliedFiles> {
  if (issues.length > 0) throw invalidState(issues)
  const put = resourcesIn(sources)
  if (request.mode === 'plan') return planOnly(store, put, sources, request)
  let before: ResourceMap = new Map()
  const written = await store.apply({
    resources: put,
    others: request.others ?? 'keep',
    author: request.author,
    ...(request.message === undefined ? {} : { message: request.message }),
    check: (resources, base) => {
      before = base.resources
      assertValid(resources, sources)
    },
  })
  const { revision, changed, changes, resources } = written
  const gateways = planGateways(before, resources)
  return {
    revision,
    changed,
    changes,
    gateways,
    warnings: warnings(written.resources, sources),
    resources,
  }
}

async function planOnly(
  store: Store,
  put: ResourceMap,
  sources: Sources,
  request: Omit<ApplyFilesRequest, 'files'>,
): Promise<AppliedFiles> {
  const revision = await store.readHead()
  const before = await store.readResources(revision)
  const remove = request.others === 'delete' ? before.keys() : []
  const { resources, changes } = mergeResources(before, put, remove)
  assertValid(resources, sources)
  return {
    revision,
    changed: false,
    changes,
    gateways: planGateways(before, resources),
    warnings: warnings(resources, sources),
    resources,
  }
}

function assertValid(resources: ResourceMap, sources: Sources): void {
  const issues = stateIssues(resources, sources)
  if (issues.length > 0) throw invalidState(issues)
}

/** Only of what was written now: the rest was told when it was. */
function warnings(resources: ResourceMap, sources: Sources): readonly Issue[] {
  return resourceWarnings(resources)
    .filter((issue) => sources.has(issue.resource))
    .map((issue) => locate(issue, sources))
}

function resourcesIn(sources: Sources): ResourceMap {
  return new Map([...sources].map(([key, source]): [string, Resource] => [key, source.resource]))
}
