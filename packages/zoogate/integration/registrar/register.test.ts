import { get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseRegistration } from '@zoogate/balancer'
import { ZooKeeper } from '@zoogate/zookeeper'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ApacheZooKeeper,
  startApacheZooKeeper,
} from '../../../../test/support/apache-zookeeper.ts'
import { freePort } from '../../../../test/support/free-port.ts'
import { type Program, startProgram } from '../../../../test/support/program.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { programFile } from '../../src/package/files.ts'

const COMMAND = programFile('zoogate')
const SAMPLE = fileURLToPath(new URL('sample-program.mjs', import.meta.url))

function ask(port: number, path = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(text)).on('error', reject)
    }).on('error', reject)
  })
}

describe.skipIf(missing('zookeeper') !== undefined)('zoogate register', () => {
  let zookeeper: ApacheZooKeeper
  let observer: ZooKeeper

  beforeAll(async () => {
    zookeeper = await startApacheZooKeeper()
    observer = new ZooKeeper(zookeeper.connectString)
    await observer.connect()
  })
  afterAll(async () => {
    await observer.close()
    await zookeeper[Symbol.asyncDispose]()
  })

  const register = (args: readonly string[], hosts = zookeeper.connectString) =>
    startProgram(process.execPath, [COMMAND, 'register', '--zookeeper', hosts, ...args])

  /** Runs the sample program beside a sidecar, quick to notice. */
  async function sample(id: string, more: readonly string[] = []) {
    const port = await freePort()
    const flags = ['--service', 'sample', '--id', id, '--port', String(port)]
    const check = ['--health', 'http:/healthz', '--interval', '100ms', '--drain', '500ms']
    const sidecar = await register([
      ...flags,
      ...check,
      ...more,
      ...['--', process.execPath, SAMPLE],
    ])
    return { sidecar, port, path: `/zoogate/services/sample/${id}` }
  }

  async function stateOf(path: string): Promise<string> {
    if ((await observer.exists(path)) === undefined) return 'absent'
    const parsed = parseRegistration('x', (await observer.getData(path)).data)
    return 'registration' in parsed ? parsed.registration.state : parsed.refused
  }

  const waitForState = (path: string, state: string, sidecar: Program) =>
    waitFor(
      `${path} to be ${state}`,
      async () => {
        const now = await stateOf(path)
        if (now !== state) throw new Error(`it is ${now}; the sidecar says:\n${sidecar.output()}`)
        return true
      },
      { timeoutMs: 20_000, everyMs: 5 },
    )

  it('is down at once when the program is killed, and up again with a new one under the same id', async () => {
    const { sidecar, port, path } = await sample('killed')
    await using _ = sidecar
    await waitForState(path, 'up', sidecar)
    const pid = Number(await ask(port))
    process.kill(pid, 'SIGKILL')
    await waitForState(path, 'down', sidecar)
    await waitForState(path, 'up', sidecar)
    expect(Number(await ask(port))).not.toBe(pid)
  })

  it('drains on SIGTERM: draining while it serves, then the program ends, then nothing is left', async () => {
    const { sidecar, port, path } = await sample('drained')
    await using _ = sidecar
    await waitForState(path, 'up', sidecar)
    const pid = Number(await ask(port))
    sidecar.kill('SIGTERM')
    await waitForState(path, 'draining', sidecar)
    expect(Number(await ask(port))).toBe(pid)
    expect(await sidecar.exited).toBe(0)
    expect(await stateOf(path)).toBe('absent')
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('does not wait for the drain when told twice', async () => {
    const { sidecar, path } = await sample('hurried', ['--drain', '10m'])
    await using _ = sidecar
    await waitForState(path, 'up', sidecar)
    sidecar.kill('SIGTERM')
    await waitForState(path, 'draining', sidecar)
    sidecar.kill('SIGINT')
    expect(await sidecar.exited).toBe(0)
    expect(await stateOf(path)).toBe('absent')
  })

  it('follows the check down and up', async () => {
    const { sidecar, port, path } = await sample('checked')
    await using _ = sidecar
    await waitForState(path, 'up', sidecar)
    await ask(port, '/fail')
    await waitForState(path, 'down', sidecar)
    await ask(port, '/heal')
    await waitForState(path, 'up', sidecar)
  })

  it('passes the exit code on with --no-restart', async () => {
    const { sidecar, port, path } = await sample('once', ['--no-restart'])
    await using _ = sidecar
    await waitForState(path, 'up', sidecar)
    await ask(port, '/exit').catch(() => {})
    expect(await sidecar.exited).toBe(7)
    expect(await stateOf(path)).toBe('absent')
  })

  it('killed itself, leaves a registration that expires, and the program alone', async () => {
    const { sidecar, port, path } = await sample('orphan')
    await waitForState(path, 'up', sidecar)
    const pid = Number(await ask(port))
    sidecar.kill('SIGKILL')
    await sidecar.exited
    try {
      expect(await stateOf(path)).toBe('up')
      await waitForState(path, 'absent', sidecar)
      expect(Number(await ask(port))).toBe(pid)
    } finally {
      process.kill(pid, 'SIGKILL')
    }
  })

  it('checks with a command, and registers what runs elsewhere with all that is said of it', async () => {
    const where = [
      '--service',
      'elsewhere',
      '--id',
      'one',
      '--address',
      '192.0.2.7',
      '--port',
      '80',
    ]
    const what = ['--weight', '3', '--zone', 'a', '--metadata', 'k=v=w', '--metadata', 'x=']
    await using sidecar = await register([
      ...where,
      ...what,
      '--health',
      'exec:true',
      '--drain',
      '0s',
    ])
    const path = '/zoogate/services/elsewhere/one'
    await waitForState(path, 'up', sidecar)
    const { data } = await observer.getData(path)
    expect(parseRegistration('one', data)).toEqual({
      registration: {
        address: '192.0.2.7',
        port: 80,
        weight: 3,
        state: 'up',
        zone: 'a',
        scheme: 'http',
        metadata: { k: 'v=w', x: '' },
      },
    })
  })

  it('runs the program without ZooKeeper, and registers it when ZooKeeper comes', async () => {
    const port = await freePort()
    const zookeeperPort = await freePort()
    const flags = ['--service', 'early', '--id', 'one', '--port', String(port), '--drain', '0s']
    await using sidecar = await register(
      [...flags, '--', process.execPath, SAMPLE],
      `127.0.0.1:${zookeeperPort}`,
    )
    await waitFor('the program to serve', () => ask(port))
    await using late = await startApacheZooKeeper({ port: zookeeperPort })
    await waitFor('the registration', () => sidecar.output().includes('registered as'))
    await using client = new ZooKeeper(late.connectString)
    await client.connect()
    expect(await client.exists('/zoogate/services/early/one')).toBeDefined()
  })

  it('says what to do about wrong options and programs that are not there', async () => {
    const said = async (args: readonly string[]) => {
      const program = await register(args)
      return { code: await program.exited, text: program.output() }
    }
    const good = ['--service', 'shop', '--port', '3000']
    const port = await said(['--service', 'shop', '--port', '99999'])
    expect(port.code).not.toBe(0)
    expect(port.text).toContain('It must be a whole number from 1 to 65535.')
    const health = await said([...good, '--health', 'ftp:/x'])
    expect(health.text).toContain('Write tcp, http:/healthz')
    const id = await said([...good, '--id', 'a b'])
    expect(id.text).toContain('id must be 1 to 128 of A-Z a-z 0-9 . _ -')
    const absent = await said([...good, '--', '/no/such/program'])
    expect(absent.code).toBe(127)
    expect(absent.text).toContain('the program could not be started')
  })
})
