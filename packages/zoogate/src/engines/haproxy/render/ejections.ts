import type { Route, View } from '../../../model/view/view.ts'
import type { Directive } from './directive.ts'
import { backendName, type Variant } from './variants.ts'

const DRAW = 'txn.zoogate_draw'

interface Choice {
  /** `http-request`, or `tcp-request content`. */
  readonly rules: Directive
  readonly variant: Variant
  /** Whose requests; empty: all. */
  readonly condition: Directive
}

/** HAProxy goes through the rules of a frontend before it looks for a backend. */
export interface Lines {
  readonly rules: readonly Directive[]
  readonly uses: readonly Directive[]
}

/** By weight, one random number for each request or connection. Undefined: nobody is there to take it. */
export function chooseByWeight(
  view: View,
  all: Route['backends'],
  { rules, variant, condition }: Choice,
): Lines | undefined {
  const backends = all.filter(({ weight }) => weight > 0)
  const total = backends.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return undefined
  let upTo = 0
  const choices = backends.map(({ service, weight }, index) => {
    upTo += weight
    const drawn = ['{', `var(${DRAW})`, '-m', 'int', 'lt', String(upTo), '}']
    const only = [...condition, ...(index === backends.length - 1 ? [] : drawn)]
    const toAll = turnToAll(view, service, index, { rules, variant, condition: only })
    return {
      rules: toAll.rules,
      uses: [...toAll.uses, ['use_backend', backendName(service, variant), ...when(only)]],
    }
  })
  const draw = [...rules, `set-var(${DRAW})`, `rand(${total})`, ...when(condition)]
  return {
    rules: [...(backends.length === 1 ? [] : [draw]), ...choices.flatMap((each) => each.rules)],
    uses: choices.flatMap((each) => each.uses),
  }
}

/**
 * HAProxy ejects without end. Where ejections have a limit, the Service has a second backend, whose
 * endpoints go down by their checks alone: by it one counts how many are ejected. When more are than
 * may be (one may always), requests go to that backend, so to all of them, until it is no longer so.
 */
function turnToAll(
  view: View,
  service: string,
  index: number,
  { rules, variant, condition }: Choice,
): Lines {
  const percent = view.services.get(service)?.outlierDetection?.maxEjectionPercent ?? 100
  if (percent >= 100) return { rules: [], uses: [] }
  const plain = backendName(service, variant)
  const all = backendName(service, { ...variant, ejectsNone: true })
  const [total, ejected, allowed] = ['all', 'ejected', 'allowed'].map(
    (name) => `txn.zoogate_${name}${index}`,
  )
  const set = (variable: string | undefined, value: string) => [
    ...[...rules, `set-var(${variable})`, value, ...when(condition)],
  ]
  const isMore = (fetch: string, than: number) => ['{', fetch, '-m', 'int', 'gt', String(than), '}']
  return {
    rules: [
      set(ejected, `nbsrv(${plain})`),
      set(total, `nbsrv(${all})`),
      set(ejected, `var(${total}),sub(${ejected})`),
      set(allowed, `var(${total}),mul(${percent}),div(100)`),
    ],
    uses: [
      [
        ...['use_backend', all, 'if', ...condition, ...isMore(`var(${ejected})`, 1)],
        ...isMore(`var(${ejected}),sub(${allowed})`, 0),
      ],
    ],
  }
}

function when(condition: Directive): Directive {
  return condition.length === 0 ? [] : ['if', ...condition]
}
