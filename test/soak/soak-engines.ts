import type { EngineName } from '../support/stack.ts'

const ALL: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']

/** The engines that `npm run soak -- --engine NAME` names, each behind the same ZooKeeper; absent: all. */
export function soakEngines(): readonly EngineName[] {
  const named = process.env['ZOOGATE_SOAK_ENGINES']
  if (named === undefined || named === '') return ALL
  return named.split(',').map((name) => {
    const engine = ALL.find((each) => each === name)
    if (engine === undefined) throw new Error(`${name} is none of the engines ${ALL.join(', ')}`)
    return engine
  })
}
