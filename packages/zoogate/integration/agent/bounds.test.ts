import { expect, it } from 'vitest'
import { freePort } from '../../../../test/support/free-port.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { startSite, untilAnswering } from './support/site.ts'

it('serves on what it had where a revision asks for more than the host allows, and says what to do', async () => {
  await using site = await startSite('builtin')
  const other = await freePort()
  await site.apply()
  await site.register(site.backends[0])
  const agent = await site.startAgent(
    JSON.stringify({
      discovery: { allowAddresses: ['127.0.0.1'] },
      allow: { listenPorts: [site.port] },
    }),
  )
  await untilAnswering(site, 'b0')
  const refused = await site.apply({ ports: [other] })
  await waitFor('the refusal to be reported', () => agent.report.state === 'failed')
  expect(agent.report).toMatchObject({ revision: 1, target: refused })
  expect(agent.report.lastError?.message).toMatch(
    /^Gateway\/edge spec\.listeners\[1\]\.port: .* allow: \{ listenPorts: \[\d+\] \} into its agent\.yaml/,
  )
  await site.register(site.backends[1])
  await untilAnswering(site, 'b0 b1')
})
