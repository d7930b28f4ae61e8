import { expect, it } from 'vitest'
import { resourceOf } from '../../../src/model/resources/resource.ts'
import { absentService, serviceSettings } from '../../../src/model/view/service-settings.ts'
import { resources, serviceYaml } from '../sample-resources.ts'

function settings(spec: string) {
  const service = resourceOf(resources(serviceYaml('shop', spec)), 'Service', 'shop')
  if (service === undefined) throw new Error('no service')
  return serviceSettings(service)
}

it('finds instances below the root and protects them, unless told otherwise', () => {
  expect(serviceSettings(absentService('shop'))).toEqual({
    name: 'shop',
    source: { type: 'discovery', format: 'zoogate' },
    protection: { maxLost: 0.5, windowMs: 10_000, lingerMs: 0, holdForMs: 900_000 },
    pool: { name: 'shop', algorithm: 'roundRobin', connections: { connectTimeoutMs: 1000 } },
  })
})

it('lets a lost instance linger only where a health check tells it from a dead one', () => {
  expect(settings('{ healthCheck: { tcp: {} } }').protection?.lingerMs).toBe(5000)
  expect(settings('{ protection: { linger: 3s } }').protection?.lingerMs).toBe(3000)
  expect(
    settings('{ protection: { linger: 0s }, healthCheck: { tcp: {} } }').protection,
  ).toMatchObject({ lingerMs: 0 })
})

it('has no protection where it is off', () => {
  expect('protection' in settings('{ protection: off }')).toBe(false)
})

it('checks with GET / for 200 to 399 by default', () => {
  expect(settings('{ healthCheck: { http: {} } }').pool.healthCheck?.probe).toEqual({
    type: 'http',
    path: '/',
    statusFrom: 200,
    statusTo: 399,
  })
})

it('names fixed endpoints by their address, and sorts them', () => {
  const { source } = settings(
    '{ endpoints: [{ id: z, address: 10.0.0.2, port: 1, weight: 0 }, { address: "fd00::1", port: 2 }, { address: 10.0.0.1, port: 3 }] }',
  )
  expect(source.type === 'static' && source.endpoints).toEqual([
    { id: '10.0.0.1-3', address: '10.0.0.1', port: 3, weight: 1, state: 'up' },
    { id: 'v6-fd00__1-2', address: 'fd00::1', port: 2, weight: 1, state: 'up' },
    { id: 'z', address: '10.0.0.2', port: 1, weight: 0, state: 'up' },
  ])
})
