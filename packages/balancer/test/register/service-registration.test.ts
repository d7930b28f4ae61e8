import { afterEach, expect, it, vi } from 'vitest'
import { ServiceRegistration } from '../../src/register/service-registration.ts'

/** Nobody listens at the discard port of loopback. */
const nowhere = () =>
  new ServiceRegistration({
    zookeeper: '127.0.0.1:9',
    service: 'shop',
    id: 'one',
    address: '127.0.0.1',
    port: 8080,
  })

afterEach(() => vi.restoreAllMocks())

it('lets go of whoever waits for a state when it is closed', async () => {
  const registration = nowhere()
  const waiting = [registration.setState('draining'), registration.setWeight(3)]
  await registration.close()
  await Promise.all(waiting)
  await expect(registration.registered).rejects.toMatchObject({ code: 'REGISTRATION_CLOSED' })
})

it('goes on when a listener throws, and lets the error surface', async () => {
  const registration = nowhere()
  const surfaced: (() => void)[] = []
  vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => surfaced.push(task))
  const heard: string[] = []
  registration.onChange(() => {
    throw new Error('mine')
  })
  registration.onChange(({ state }) => heard.push(state))
  await registration.close()
  expect(heard).toEqual(['closed'])
  expect(surfaced).toHaveLength(1)
  expect(surfaced[0]).toThrow('mine')
})
