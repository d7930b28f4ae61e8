import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe } from 'vitest'
import { ZooKeeper, type ZooKeeperOptions } from '../../src/index.ts'
import { type ServerKind, serverKinds, type TestServer } from './servers.ts'

/** What a test of the suite gets. */
export interface Stage {
  readonly kind: ServerKind
  readonly server: TestServer
  /** A connected client with a 4 s session; dispose of it. */
  client(options?: ZooKeeperOptions & { connectString?: string }): Promise<ZooKeeper>
  /** A path that no other test uses. */
  path(): string
}

/** The ensemble is shared with other files. */
const FILE = randomUUID().slice(0, 8)
let pathNumber = 0

/** Declares the same tests for each kind of server; the tests of one file share a server. */
export function onEachServer(
  declare: (stage: Stage) => void,
  kinds: readonly ServerKind['id'][] = ['standalone', 'ensemble', 'embedded'],
): void {
  for (const kind of serverKinds.filter(({ id }) => kinds.includes(id))) {
    describe.skipIf(kind.missing !== undefined)(`on ${kind.name}`, () => {
      let server: TestServer | undefined
      beforeAll(async () => {
        server = await kind.start()
      })
      afterAll(async () => {
        await server?.[Symbol.asyncDispose]()
      })
      declare({
        kind,
        get server() {
          if (server === undefined) throw new Error('the server is not started yet')
          return server
        },
        async client({ connectString, ...options } = {}) {
          const target = connectString ?? this.server.connectString
          const client = new ZooKeeper(target, { sessionTimeoutMs: 4_000, ...options })
          await client.connect({ timeoutMs: 20_000 })
          return client
        },
        path: () => `/test-${FILE}-${pathNumber++}`,
      })
    })
  }
}
