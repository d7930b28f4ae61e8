import { engines } from '../engines/index.ts'
import { closureDigest } from '../model/references/closure.ts'
import type { DesiredState } from '../model/resources/desired-state.ts'
import { resourceOf, resourcesOf } from '../model/resources/resource.ts'
import { buildStructure } from '../model/view/builder.ts'

/** What a change makes of one Gateway's nodes. */
export interface GatewayPlan {
  readonly name: string
  readonly engine: string
  /**
   * `none`: nothing to do; `start`: it is new; `live`: without a reload; `reload`; `other-engine`: the
   * engine itself is another one; `gone`: it is deleted.
   */
  readonly action: 'none' | 'start' | 'live' | 'reload' | 'other-engine' | 'gone'
  /** What the engine does, in words. */
  readonly steps: readonly string[]
}

/**
 * What each Gateway will do to get from one desired state to another, by its engine's own word.
 * Registered endpoints come and go on their own, and are left out. Pure.
 */
export function planGateways(before: DesiredState, after: DesiredState): readonly GatewayPlan[] {
  const now = resourcesOf(after.resources, 'Gateway').map((gateway): GatewayPlan => {
    const { name } = gateway.metadata
    const { engine } = gateway.spec
    const former = resourceOf(before.resources, 'Gateway', name)
    if (former === undefined) return { name, engine, action: 'start', steps: [] }
    const digests = [before, after].map(({ resources, secrets }) =>
      closureDigest(name, resources, secrets),
    )
    if (digests[0] === digests[1]) {
      return { name, engine, action: 'none', steps: [] }
    }
    if (former.spec.engine !== engine) {
      return { name, engine, action: 'other-engine', steps: [`from ${former.spec.engine}`] }
    }
    const from = buildStructure(name, 0, before.resources, before.secrets)
    const to = buildStructure(name, 0, after.resources, after.secrets)
    const plan = to === undefined ? undefined : engines.get(engine)?.plan(from, to)
    const { live = [], reload = [] } = plan ?? {}
    if (reload.length > 0) return { name, engine, action: 'reload', steps: [...reload, ...live] }
    // Without a word of the engine's it is the agent's affair alone, as protection is.
    return { name, engine, action: 'live', steps: live }
  })
  const gone = resourcesOf(before.resources, 'Gateway')
    .filter(({ metadata }) => resourceOf(after.resources, 'Gateway', metadata.name) === undefined)
    .map(
      ({ metadata, spec }): GatewayPlan => ({
        name: metadata.name,
        engine: spec.engine,
        action: 'gone',
        steps: [],
      }),
    )
  return [...now, ...gone]
}
