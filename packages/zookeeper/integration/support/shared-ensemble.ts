import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestProject } from 'vitest/node'
import { type Ensemble, startEnsemble } from '../../../../test/support/apache-zookeeper.ts'

// One ensemble for all files of a run, started when the first one asks: three servers for each file would take longer than its tests.
// Whoever hurts an ensemble starts one of its own.

declare module 'vitest' {
  interface ProvidedContext {
    /** Connections to this port of loopback are told the port of a follower as JSON, as soon as the ensemble serves. */
    sharedEnsemblePort: number
  }
}

/** For `globalSetup`: runs in the process that starts the workers. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<Ensemble> | undefined
  const server = createServer(async (socket) => {
    socket.on('error', () => {})
    try {
      starting ??= startEnsemble()
      socket.end(JSON.stringify({ port: await followerPort(await starting) }))
    } catch (error) {
      socket.end(JSON.stringify({ error: String(error) }))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  project.provide('sharedEnsemblePort', (server.address() as AddressInfo).port)
  return async () => {
    server.close()
    const ensemble = await starting?.catch(() => undefined)
    await ensemble?.[Symbol.asyncDispose]()
  }
}

/** The port of a follower of this run's ensemble, which is started when nobody has asked before. */
export async function sharedFollowerPort(port: number): Promise<number> {
  const answer = JSON.parse(await text(connect({ host: '127.0.0.1', port })))
  if ('error' in answer) throw new Error(answer.error)
  return answer.port
}

/** Of a member that passes on to the leader what changes the tree. */
export async function followerPort(ensemble: Ensemble): Promise<number> {
  const leader = await ensemble.leader()
  const follower = ensemble.members.find((_, index) => index !== leader)
  if (follower === undefined) throw new Error('the ensemble has no follower')
  return follower.port
}
