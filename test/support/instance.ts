import { fileURLToPath } from 'node:url'
import { type Program, startProgram } from './program.ts'
import type { Stack } from './stack.ts'
import { waitFor } from './wait-for.ts'

const DEMO_INSTANCE = fileURLToPath(
  new URL('../../packages/zoogate/dist/dev/demo-instance.js', import.meta.url),
)

/** Starts a real instance of Service `shop`, a process of its own, and waits for its registration. */
export async function startInstance(stack: Stack, id: string): Promise<Program> {
  const program = await startProgram(process.execPath, [
    DEMO_INSTANCE,
    ...['--service', 'shop', '--id', id],
    ...['--zookeeper', stack.zookeeper, '--root', '/zoogate'],
  ])
  await waitFor(`${id} to be registered`, async () => {
    if (!program.running) throw new Error(program.output())
    const shop = (await stack.status()).services.find(({ name }) => name === 'shop')
    return shop?.endpoints.some((endpoint) => endpoint.id === id && endpoint.state === 'up')
  })
  return program
}
