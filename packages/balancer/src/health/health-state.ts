import type { CheckTiming } from './health-check.ts'

export interface HealthState {
  readonly passing: boolean
  /** Whether any result is in. */
  readonly checked: boolean
  /** Results in a row that speak against `passing`. */
  readonly contrary: number
}

export function initialHealth(passing: boolean): HealthState {
  return { passing, checked: false, contrary: 0 }
}

/**
 * One more result. The first one counts at once, as in HAProxy, whose servers begin one failed check
 * away from down: an instance that registers before it listens must not wait for `fall` failures.
 */
export function nextHealth(
  state: HealthState,
  passed: boolean,
  check: Pick<CheckTiming, 'rise' | 'fall'>,
): HealthState {
  if (!state.checked) return { passing: passed, checked: true, contrary: 0 }
  if (passed === state.passing) {
    return state.contrary === 0 ? state : { ...state, contrary: 0 }
  }
  const contrary = state.contrary + 1
  const needed = state.passing ? check.fall : check.rise
  return contrary >= needed
    ? { passing: passed, checked: true, contrary: 0 }
    : { ...state, contrary }
}
