import type { Engine } from '../../../../packages/zoogate/src/engines/engine.ts'
import { engines } from '../../../../packages/zoogate/src/engines/index.ts'
import { nginx, nginxWithLua } from '../../../../packages/zoogate/src/engines/nginx/index.ts'
import { missing } from '../../../support/requirements.ts'

/** An engine in one of the ways in which it is run. */
export interface Variant {
  readonly name: string
  readonly engine: Engine
}

/** nginx balances in two ways, which carry different things: with its Lua module, and without. */
export const VARIANTS: readonly Variant[] = [...engines.values()].flatMap((engine) =>
  engine.name === 'nginx' ? nginxVariants() : [{ name: engine.name, engine }],
)

function nginxVariants(): readonly Variant[] {
  const withLua = { name: 'nginx-lua', engine: nginxWithLua() }
  return [
    { name: 'nginx', engine: nginx },
    ...(missing('nginx-lua') === undefined ? [withLua] : []),
  ]
}
