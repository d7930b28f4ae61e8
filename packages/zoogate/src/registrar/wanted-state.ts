import type { InstanceState } from '@zoogate/balancer'

/** All that a sidecar knows of its instance. */
export interface SidecarFacts {
  /** `elsewhere`: something else runs it. */
  readonly program: 'elsewhere' | 'running' | 'ended'
  /** Whether the check passes. */
  readonly passing: boolean
  /** Somebody asked the sidecar to leave. */
  readonly leaving: boolean
}

/** What the registration shall say. It is made when this is `up` for the first time. */
export function wantedState(facts: SidecarFacts): InstanceState {
  if (facts.program === 'ended' || !facts.passing) return 'down'
  return facts.leaving ? 'draining' : 'up'
}
