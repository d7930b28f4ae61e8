import { programFile } from '../../packages/zoogate/src/package/files.ts'
import { type Program, startProgram } from './program.ts'
import type { Stack } from './stack.ts'
import { waitFor } from './wait-for.ts'

const DEMO_INSTANCE = programFile('demo-instance')

/**
 * Starts a real instance of Service `shop`, a process of its own, and waits for its registration. Where one of the same id
 * was killed, its znode goes when its session has expired (10 s); then this one's comes, at another port.
 */
export async function startInstance(stack: Stack, id: string): Promise<Program> {
  const former = await endpointOf(stack, id)
  const program = await startProgram(process.execPath, [
    DEMO_INSTANCE,
    ...['--service', 'shop', '--id', id],
    ...['--zookeeper', stack.zookeeper, '--root', '/zoogate'],
  ])
  await waitFor(
    `${id} to be registered`,
    async () => {
      if (!program.running) throw new Error(program.output())
      const endpoint = await endpointOf(stack, id)
      return endpoint?.state === 'up' && endpoint.port !== former?.port
    },
    { timeoutMs: 60_000, everyMs: 100 },
  )
  return program
}

async function endpointOf(stack: Stack, id: string) {
  const shop = (await stack.status()).services.find(({ name }) => name === 'shop')
  return shop?.endpoints.find((endpoint) => endpoint.id === id)
}
