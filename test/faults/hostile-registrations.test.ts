import { describe, it } from 'vitest'
import { hostileRegistrations } from '../scenarios/hostile-registrations.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, startStack } from '../support/stack.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const absent = missing('haproxy') ?? missing('nginx') ?? missing('httpd')

describe.skipIf(absent !== undefined)('F5: hostile registrations', () => {
  it('are refused and reported, and reach no configuration', async () => {
    await using stack = await startStack({ engines: ENGINES })
    await hostileRegistrations(stack)
  })
})
