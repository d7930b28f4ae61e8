import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ensemble, startEnsemble } from '../../../../test/support/apache-zookeeper.ts'
import type { Authority } from '../../../../test/support/certificates.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { CREATOR_ALL_ACL, type SessionState, type WatchEvent, ZooKeeper } from '../../src/index.ts'
import { securedServers } from '../support/secured-servers.ts'

const unable = missing('zookeeper') ?? missing('openssl')

describe.skipIf(unable !== undefined)('a secured ensemble', () => {
  const servers = securedServers()
  let authority: Authority
  let ensemble: Ensemble | undefined

  beforeAll(async () => {
    authority = await servers.authority('zoogate test authority')
    const certificate = await authority.issue({ commonName: 'server' })
    ensemble = await startEnsemble({
      tls: { certificate, ca: authority.cert },
      saslUsers: { shop: 'secret' },
    })
  })
  afterAll(async () => {
    await ensemble?.[Symbol.asyncDispose]()
    await servers[Symbol.asyncDispose]()
  })

  it('keeps a session and its identity over TLS when the leader dies', async () => {
    const { members = [] } = ensemble ?? {}
    const connectString = members.map(({ securePort }) => `localhost:${securePort}`).join(',')
    await using zk = new ZooKeeper(connectString, {
      sessionTimeoutMs: 10_000,
      tls: { ca: authority.cert },
      sasl: { mechanism: 'DIGEST-MD5', username: 'shop', password: 'secret' },
    })
    await zk.connect({ timeoutMs: 30_000 })
    const { sessionId } = zk
    const states: SessionState[] = []
    zk.onStateChange((state) => states.push(state))
    await zk.create('/ours', 'before', { acl: CREATOR_ALL_ACL })
    const events: WatchEvent[] = []
    await zk.getData('/ours', { watch: (event) => events.push(event) })

    const leader = await ensemble?.leader()
    await members[leader ?? -1]?.kill()
    // Every member lets go of its clients when its leader dies.
    await waitFor('the connection to break and to come again', () => states.length >= 2, {
      timeoutMs: 30_000,
    })
    // It may have come to a member that is about to notice.
    await waitFor('a write', async () => (await zk.setData('/ours', 'after')).version > 0)
    expect(String((await zk.getData('/ours')).data)).toBe('after')
    expect(events).toMatchObject([{ type: 'dataChanged', path: '/ours' }])
    expect(zk.sessionId).toBe(sessionId)
    expect(states).not.toContain('lost')
  })
})
