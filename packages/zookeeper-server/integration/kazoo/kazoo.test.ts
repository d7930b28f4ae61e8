import { fileURLToPath } from 'node:url'
import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { startProgram } from '../../../../test/support/program.ts'
import { missing } from '../../../../test/support/requirements.ts'

const MODULES = [
  'client',
  'connection',
  'watchers',
  'cache',
  'lock',
  'election',
  'barrier',
  'counter',
  'party',
  'queue',
  'lease',
  'partitioner',
]
/** They need another server beside or instead of this one: SASL, TLS, a read-only member, an ensemble to reconfigure. */
const ELSEWHERE = ['SASL', 'Sasl', 'SSL', 'ReadOnly', 'read_only', 'Reconfig', 'TestBuild']
/** What Debian's kazoo 2.8.0 has for us; a smaller number means that tests were not run. */
const TESTS_MIN = 237

describe.skipIf(missing('kazoo') !== undefined)('kazoo', () => {
  it('passes its own tests against the embedded server', { timeout: 300_000 }, async () => {
    await using folder = await temporaryFolder()
    await using server = new ZooKeeperServer({
      dataFolder: folder.path,
      port: 0,
      tickTimeMs: 2_000,
      containerCheckIntervalMs: 1_000,
    })
    await server.listen()
    const python = await startProgram(
      '/usr/bin/python3',
      [
        ...['-m', 'pytest', '-p', 'external_server', '-p', 'no:cacheprovider'],
        ...['-q', '--timeout=120', '-o', 'addopts=', '-o', 'log_cli=false'],
        ...['-k', ELSEWHERE.map((word) => `not ${word}`).join(' and ')],
        ...['--pyargs', ...MODULES.map((name) => `kazoo.tests.test_${name}`)],
      ],
      {
        cwd: folder.path,
        env: {
          ZK_EXTERNAL: server.connectString,
          ZOOKEEPER_VERSION: '3.8.0',
          PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)),
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
    )
    const code = await python.exited
    const passed = Number(/(\d+) passed/.exec(python.output())?.[1] ?? 0)
    expect(code, python.output()).toBe(0)
    expect(passed, python.output()).toBeGreaterThanOrEqual(TESTS_MIN)
  })
})
