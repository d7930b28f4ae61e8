import type { Engine } from '../engines/engine.ts'
import { engines } from '../engines/index.ts'
import { refusalIssue } from '../model/checks/engine-refusals.ts'
import type { SourcedResource } from '../model/checks/parse.ts'
import { formatFieldPath } from '../model/field-path.ts'
import { type Issue, type ResourceIssue, withoutPosition } from '../model/issue.ts'
import { referenceIssues } from '../model/references/references.ts'
import { type ResourceMap, resourcesOf } from '../model/resources/resource.ts'
import { buildStructure } from '../model/view/builder.ts'
import type { EngineName } from '../model/view/view.ts'

/** Where resources were written, by key; those that come from the store have no entry. */
export type Sources = ReadonlyMap<string, SourcedResource>

/**
 * What is wrong with a desired state as a whole: names that point at nothing, and what the engine of
 * each Gateway cannot carry. Pure.
 * @param known the engines as they are meant. Default: each with all that it can have
 */
export function stateIssues(
  resources: ResourceMap,
  sources: Sources,
  known: ReadonlyMap<EngineName, Engine> = engines,
): readonly Issue[] {
  const references = referenceIssues(resources)
  const issues = references.length > 0 ? references : refusalIssues(resources, known)
  return issues.map((issue) => locate(issue, sources))
}

/** An issue with its line and column, where the resource comes from a file. */
export function locate(issue: ResourceIssue, sources: Sources): Issue {
  const source = sources.get(issue.resource)
  if (source === undefined) return withoutPosition(issue)
  return {
    ...source.position(issue.path, issue.at),
    resource: issue.resource,
    field: formatFieldPath(issue.path),
    message: issue.message,
  }
}

function refusalIssues(
  resources: ResourceMap,
  known: ReadonlyMap<EngineName, Engine>,
): readonly ResourceIssue[] {
  return resourcesOf(resources, 'Gateway').flatMap((gateway) => {
    const engine = known.get(gateway.spec.engine)
    const view = buildStructure(gateway.metadata.name, 0, resources)
    if (view === undefined) return []
    if (engine === undefined) {
      const resource = `Gateway/${gateway.metadata.name}`
      const message = `there is no engine ${gateway.spec.engine} in this version`
      return [{ resource, path: ['spec', 'engine'], message }]
    }
    return engine.refusals(view).map((refusal) => {
      const issue = refusalIssue(refusal, view, resources)
      const message = `${issue.message} (Gateway/${gateway.metadata.name}, ${engine.name})`
      return { ...issue, message }
    })
  })
}
