import type { Engine } from '../../../../packages/zoogate/src/engines/engine.ts'
import { engines } from '../../../../packages/zoogate/src/engines/index.ts'
import { nginx, nginxWithLua } from '../../../../packages/zoogate/src/engines/nginx/index.ts'
import { missing, type Requirement } from '../../../support/requirements.ts'

/** An engine in one of the ways in which it is run. */
export interface Variant {
  readonly name: string
  readonly engine: Engine
  /** What has to be installed. */
  readonly needs: readonly Requirement[]
}

const NEEDS: Readonly<Record<Engine['name'], readonly Requirement[]>> = {
  builtin: [],
  haproxy: ['haproxy'],
  httpd: ['httpd'],
  nginx: ['nginx'],
}

/** nginx balances in two ways, which carry different things: with its Lua module, and without. */
export const VARIANTS: readonly Variant[] = [
  ...[...engines.values()].map(({ name }) => variantOf(name)),
  { name: 'nginx-lua', engine: nginxWithLua(), needs: ['nginx', 'nginx-lua'] },
]

function variantOf(name: Engine['name']): Variant {
  const engine = name === 'nginx' ? nginx : engines.get(name)
  if (engine === undefined) throw new Error(`there is no engine ${name}`)
  return { name, engine, needs: NEEDS[name] }
}

/** Whether it can run here. In CI it is an error where it cannot. */
export function usable({ needs }: Pick<Variant, 'needs'>): boolean {
  return needs.every((name) => missing(name) === undefined)
}
