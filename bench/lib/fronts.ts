import type { EngineName } from '../../test/support/stack.ts'

/** An engine as it is measured: nginx twice, since without its Lua module it reloads for each change. */
export interface Front {
  readonly name: string
  readonly engine: EngineName
  /** Of `zoogate dev` and the agents that it starts. */
  readonly environment?: Readonly<Record<string, string>>
}

export const FRONTS: readonly Front[] = [
  { name: 'haproxy', engine: 'haproxy' },
  { name: 'nginx-lua', engine: 'nginx' },
  { name: 'nginx', engine: 'nginx', environment: { ZOOGATE_NGINX_LUA: 'off' } },
  { name: 'httpd', engine: 'httpd' },
  { name: 'builtin', engine: 'builtin' },
]
