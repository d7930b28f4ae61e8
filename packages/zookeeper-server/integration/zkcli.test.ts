import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { startProgram } from '../../../test/support/program.ts'
import { missing } from '../../../test/support/requirements.ts'

const CLASS_PATH = [
  'zookeeper',
  'netty-codec',
  'netty-resolver',
  'slf4j-api',
  'slf4j-nop',
  'commons-cli',
]
  .map((name) => `/usr/share/java/${name}.jar`)
  .join(':')

/** What somebody types into zkCli.sh, and what must come back for it. */
const SESSION: readonly (readonly [string, RegExp | undefined])[] = [
  ['create /cli hello', /^Created \/cli$/m],
  ['create -s /cli/seq- a', /^Created \/cli\/seq-0000000000$/m],
  ['create -s /cli/seq- b', /^Created \/cli\/seq-0000000001$/m],
  ['create -e /cli/eph e', /^Created \/cli\/eph$/m],
  ['create -c /cli/cont', /^Created \/cli\/cont$/m],
  ['create -t 600000 /cli/ttl t', /^Created \/cli\/ttl$/m],
  ['get -s /cli', /^hello$[\s\S]*^cversion = 5$[\s\S]*^dataLength = 5$[\s\S]*^numChildren = 5$/m],
  ['set -v 0 /cli world', undefined],
  ['set -v 0 /cli conflict', /version No is not valid : \/cli/],
  ['get /cli', /^world$/m],
  ['ls /cli', /\[cont, eph, seq-0000000000, seq-0000000001, ttl\]/],
  ['ls -R /cli', /^\/cli\/seq-0000000001$/m],
  ['stat /cli/eph', /^ephemeralOwner = 0x1[0-9a-f]+$/m],
  ['getEphemerals /cli', /\[\/cli\/eph\]/],
  ['getAllChildrenNumber /cli', /^5$/m],
  ['addauth digest bob:secret', undefined],
  ['create /cli/sec x auth:bob:secret:cdrwa', /^Created \/cli\/sec$/m],
  ['getAcl /cli/sec', /^'digest,'bob:.*\n: cdrwa$/m],
  ['setAcl /cli/sec world:anyone:r', undefined],
  ['getAcl -s /cli/sec', /^'world,'anyone\n: r\n[\s\S]*^aclVersion = 1$/m],
  ['whoami', /^digest: bob$/m],
  ['setquota -n 100 /cli', undefined],
  ['listquota /cli', /Output quota for \/cli .*count=100/],
  ['delquota -n /cli', undefined],
  ['stat -w /cli/nope', /Node does not exist: \/cli\/nope/],
  ['create /cli/nope n', /NodeCreated path:\/cli\/nope/],
  ['addWatch -m PERSISTENT_RECURSIVE /cli', undefined],
  ['create /cli/deep d', /NodeCreated path:\/cli\/deep$/m],
  ['create /cli/deep/er d', /NodeCreated path:\/cli\/deep\/er/],
  ['set /cli/deep/er dd', /NodeDataChanged path:\/cli\/deep\/er/],
  ['delete /cli/deep/er', /NodeDeleted path:\/cli\/deep\/er/],
  ['removewatches /cli -a', undefined],
  ['sync /cli', /Sync is OK/],
  ['delete -v 7 /cli/deep', /version No is not valid : \/cli\/deep/],
  ['deleteall /cli', undefined],
  ['ls /cli', /Node does not exist: \/cli$/m],
]

describe.skipIf(missing('zookeeper') !== undefined)("Apache's zkCli.sh", () => {
  it('does all that it can do', async () => {
    await using folder = await temporaryFolder()
    await using server = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
    await server.listen()
    const java = await startProgram('java', [
      '-Djline.terminal=jline.UnsupportedTerminal',
      ...['-cp', CLASS_PATH, 'org.apache.zookeeper.ZooKeeperMain', '-server', server.connectString],
    ])
    for (const [command] of SESSION) java.write(`${command}\n`)
    java.write('quit\n')
    await java.exited
    for (const [command, pattern] of SESSION) {
      if (pattern !== undefined) expect(java.output(), command).toMatch(pattern)
    }
  })
})

describe.skipIf(missing('cli_mt') !== undefined)("Apache's C client", () => {
  it('connects, writes and reads', async () => {
    await using folder = await temporaryFolder()
    await using server = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
    await server.listen()
    await using client = await startProgram(
      '/usr/lib/zookeeper/bin/cli_mt',
      [server.connectString],
      { ready: /SyncConnected|state = CONNECTED|CONNECTED_STATE/ },
    )
    const steps = [
      ['create /c', /Creating (node|\[)/],
      ['set /c cdata', undefined],
      ['get /c', /cdata/],
      ['create +s /c/s', /s0000000000/],
      ['ls /c', /s0000000000/],
      ['exists /zz', /Error -101|no node|rc = -101/],
    ] as const
    for (const [command] of steps) client.write(`${command}\n`)
    client.write('quit\n')
    await client.exited
    for (const [command, pattern] of steps) {
      if (pattern !== undefined) expect(client.output(), command).toMatch(pattern)
    }
  })
})
