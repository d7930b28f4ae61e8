import type { Endpoint, ServicePool } from '../../model/view/view.ts'
import type { Refuse } from './gather.ts'
import { isAddress, isPort, isWhole } from './grammar.ts'

const ENDPOINT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/** What no engine takes of a Service's endpoints, whoever registered them. */
export function endpointRefusals({ name, endpoints }: ServicePool, refuse: Refuse): void {
  const at = ['services', name, 'endpoints']
  if (new Set(endpoints.map(({ id }) => id)).size < endpoints.length) {
    refuse(at, 'an id is there twice')
  }
  endpoints.forEach((endpoint, index) => {
    const problem = endpointProblem(endpoint)
    if (problem !== undefined) refuse([...at, index], problem)
  })
}

/** What is wrong with an endpoint; undefined: nothing. */
export function endpointProblem({
  id,
  address,
  port,
  weight,
  state,
}: Endpoint): string | undefined {
  if (!ENDPOINT_ID.test(id)) return 'has an id of other characters than A-Z a-z 0-9 . _ -'
  if (!isAddress(address)) return 'has no IP address'
  if (!isPort(port)) return 'has no port'
  if (!isWhole(weight, 0, 256)) return 'has a weight outside 0 to 256'
  return ['up', 'draining', 'down'].includes(state) ? undefined : 'has no known state'
}
