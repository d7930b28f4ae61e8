import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ZooKeeper } from '@zoogate/zookeeper'
import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { freePort } from '../../../../test/support/free-port.ts'
import { type Result, type RunOptions, runZoogate } from './run-zoogate.ts'

const GATEWAY = `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec: { engine: haproxy, listeners: [{ name: http, port: 8080 }] }
`
const SERVICE = `apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
spec: { protection: off }
`
const ROUTE = `apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge }]
  rules: [{ backendRefs: [{ name: shop }] }]
`
const ALL = [GATEWAY, SERVICE, ROUTE].join('---\n')

describe('the command line', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: ZooKeeperServer
  let client: ZooKeeper
  let root: string
  let roots = 0

  beforeAll(async () => {
    folder = await temporaryFolder()
    server = new ZooKeeperServer({ dataFolder: join(folder.path, 'zk'), port: 0 })
    await server.listen()
    client = new ZooKeeper(server.connectString)
    await client.connect({ timeoutMs: 20_000 })
  })
  afterAll(async () => {
    await client?.close()
    await server?.close()
    await folder?.[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    root = `/test-${roots++}`
  })

  const run = (args: readonly string[], options: Partial<RunOptions> = {}): Promise<Result> =>
    runZoogate(args, {
      cwd: folder.path,
      environment: {
        ZOOGATE_ZOOKEEPER: server.connectString,
        ZOOGATE_ROOT: root,
        ZOOGATE_USER: 'tester',
      },
      ...options,
    })
  const must = async (...args: string[]): Promise<string> => {
    const result = await run(args)
    expect(result, `${args.join(' ')}: ${result.stderr}`).toMatchObject({ code: 0 })
    return result.stdout
  }
  const json = async (...args: string[]) => JSON.parse(await must(...args, '--json'))
  const apply = async (yaml: string, ...args: string[]) => {
    await writeFile(join(folder.path, 'shop.yaml'), yaml)
    return run(['apply', 'shop.yaml', ...args])
  }

  it('applies, shows, compares, and goes back', async () => {
    const first = await apply(ALL, '--message', 'begin')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain('Gateway/edge (haproxy): begins to serve')
    expect(first.stdout).toContain('revision 1')
    expect((await apply(ALL)).stdout).toContain('nothing to change')

    const changed = ALL.replace('backendRefs', 'timeouts: { request: 3s }, backendRefs')
    await writeFile(join(folder.path, 'shop.yaml'), changed)
    const diff = await run(['diff', 'shop.yaml', '--exit-code'])
    expect(diff.code).toBe(1)
    expect(diff.stdout).toContain('+      timeouts:')
    const dry = await json('apply', 'shop.yaml', '--dry-run')
    expect(dry).toMatchObject({
      revision: 1,
      changed: false,
      changes: { updated: ['HTTPRoute/shop'] },
    })
    expect(await json('apply', 'shop.yaml')).toMatchObject({ revision: 2, changed: true })

    expect(await json('history')).toMatchObject({
      revisions: [
        { revision: 2, parent: 1, author: 'tester' },
        { revision: 1, message: 'begin' },
      ],
    })
    expect(await json('diff')).toMatchObject({
      resources: [
        {
          resource: 'HTTPRoute/shop',
          fields: [{ field: 'spec.rules[0].timeouts', after: { request: '3s' } }],
        },
      ],
    })
    expect(await json('rollback')).toMatchObject({ revision: 3, to: 1 })
    expect(await must('get', 'route/shop')).not.toContain('timeouts')
    expect(await must('get', 'route/shop', '--revision', '2')).toContain('timeouts')
  })

  it('gives out what it takes in', async () => {
    await apply(ALL)
    const yaml = await must('get', '-o', 'yaml')
    expect((await run(['apply', '-'], { input: yaml })).stdout).toContain('nothing to change')
  })

  it('takes a folder, and deletes what it does not hold when it is told to', async () => {
    await mkdir(join(folder.path, 'all'), { recursive: true })
    await writeFile(join(folder.path, 'all', '1.yaml'), GATEWAY)
    await writeFile(join(folder.path, 'all', '2.yml'), SERVICE)
    await writeFile(join(folder.path, 'all', 'notes.txt'), 'not YAML: [')
    await apply(ALL.replaceAll('name: shop', 'name: old'))
    expect(await json('apply', 'all', '--prune')).toMatchObject({
      changes: { created: ['Service/shop'], deleted: ['HTTPRoute/old', 'Service/old'] },
    })
  })

  it('refuses by file, line, column and field, and changes nothing', async () => {
    await apply(ALL)
    for (const [yaml, message] of [
      [ALL.replace('port: 8080', 'prot: 8080'), 'shop.yaml:4:52 spec.listeners[0].prot: '],
      [
        ALL.replace('name: shop }] }', 'name: shp }] }'),
        'shop.yaml:16:35 spec.rules[0].backendRefs',
      ],
      [ALL.replace('protection: off', 'balance: { algorithm: peakEWMA }'), 'shop.yaml:9:'],
      [`${ALL}---\n${SERVICE}`, 'shop.yaml:20:19 metadata.name: Service/shop is already at'],
      ['a: "', 'shop.yaml:1:'],
    ] as const) {
      const refused = await apply(yaml)
      expect(refused.stderr).toContain(message)
      expect(refused).toMatchObject({ code: 2, stdout: '' })
      expect(refused.stderr).toContain('nothing was changed')
    }
    expect(await json('history')).toMatchObject({ revisions: [{ revision: 1 }] })
    const asJson = await apply('a: "', '--json')
    expect(JSON.parse(asJson.stdout)).toMatchObject({ errors: [{ file: 'shop.yaml', line: 1 }] })
  })

  it.each(['apply', 'diff'])(
    '%s says what is wrong in a file where there is no ZooKeeper',
    async (command) => {
      await writeFile(join(folder.path, 'shop.yaml'), ALL.replace('port: 8080', 'prot: 8080'))
      const nobody = `127.0.0.1:${await freePort()}`
      const refused = await run([command, 'shop.yaml', '--zookeeper', nobody])
      expect(refused.stderr).toContain('shop.yaml:4:52 spec.listeners[0].prot: ')
      expect(refused).toMatchObject({ code: 2 })
    },
  )

  it('does not let go of what others need', async () => {
    await apply(ALL)
    await writeFile(join(folder.path, 'gateway.yaml'), [GATEWAY, ROUTE].join('---\n'))
    const refused = await run(['apply', 'gateway.yaml', '--prune'])
    expect(refused.stderr).toContain('there is no Service/shop')
    expect(refused.code).toBe(2)
  })

  it('tells the state of instances, operators and refused registrations', async () => {
    await apply(ALL)
    const folderOf = `${root}/services/shop`
    const data = JSON.stringify({ v: 1, address: '127.0.0.1', port: 3000 })
    await client.create(`${folderOf}/one`, data, { mode: 'ephemeral' })
    await client.create(`${folderOf}/two`, '{"v":1,"address":"x\\ny","port":99999}')

    expect((await must('drain', 'shop', 'one', '--for', '5m', '--reason', 'hot')).trim()).toMatch(
      /^shop\/one: draining, until .*, by tester \(hot\)$/,
    )
    expect(await json('weight', 'shop', 'one', '7')).toMatchObject({
      override: { state: 'draining', weight: 7 },
    })
    expect(await json('status')).toMatchObject({
      gateways: [
        {
          name: 'edge',
          engine: 'haproxy',
          revision: 1,
          listeners: [{ name: 'http', url: 'http://127.0.0.1:8080' }],
          nodes: [],
        },
      ],
      services: [
        {
          name: 'shop',
          endpoints: [
            {
              id: 'one',
              address: '127.0.0.1',
              port: 3000,
              weight: 7,
              state: 'draining',
              reason: 'set by tester: hot',
            },
          ],
          refused: [{ path: `${folderOf}/two`, reason: expect.any(String) }],
        },
      ],
    })
    expect(await must('status')).toMatch(/shop +one +127\.0\.0\.1:3000 +7 +draining +set by tester/)
    await must('undrain', 'shop', 'one')
    expect(await json('status')).toMatchObject({
      services: [{ endpoints: [{ state: 'up', weight: 7 }] }],
    })
    await must('weight', 'shop', 'one', 'own')
    expect(await json('status')).toMatchObject({
      services: [{ endpoints: [{ weight: 1, reason: null }] }],
    })
    expect(await json('release', 'shop')).toMatchObject({ service: 'shop', by: 'tester' })

    for (const [args, message] of [
      [['drain', 'shop', 'on'], 'did you mean "one"?'],
      [['drain', 'shp', 'one'], 'did you mean "shop"?'],
      [['drain', 'shop', 'one', '--for', 'soon'], '--for must be a duration'],
      [['weight', 'shop', 'one', '257'], 'from 0 to 256'],
      [['release', 'nobody'], 'there is no Service "nobody"'],
    ] as const) {
      const refused = await run(args)
      expect(refused.code).toBe(2)
      expect(refused.stderr).toContain(message)
    }
  })

  it('finds ZooKeeper by the run.json of dev, and says what is wrong with it', async () => {
    const work = join(folder.path, 'work', 'below')
    await mkdir(join(folder.path, 'work', '.zoogate'), { recursive: true })
    await mkdir(work, { recursive: true })
    const file = join(folder.path, 'work', '.zoogate', 'run.json')
    const status = () => run(['status'], { cwd: work, environment: {} })

    await writeFile(file, JSON.stringify({ zookeeper: server.connectString, root, pid: 1 }))
    expect(await status()).toMatchObject({
      code: 0,
      stdout: 'nothing was applied yet: see `zoogate apply`\n',
    })
    const nobody = `127.0.0.1:${await freePort()}`
    await writeFile(file, JSON.stringify({ zookeeper: nobody, root, pid: 2 ** 22 + 1 }))
    const refused = await status()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`ZooKeeper at ${nobody} (from ${file}) does not answer`)
    expect(refused.stderr).toContain('runs no more: start it again')
    expect(refused.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('takes --zookeeper before and after the command', async () => {
    const elsewhere = { environment: { ZOOGATE_ZOOKEEPER: '127.0.0.1:1' } }
    const options = ['--zookeeper', server.connectString, '--root', root]
    expect(await run([...options, 'history'], elsewhere)).toMatchObject({ code: 0 })
    expect(await run(['history', ...options], elsewhere)).toMatchObject({ code: 0 })
  })

  it.each([
    [[], 2],
    [['--help'], 0],
    [['--version'], 0],
    [['aply'], 2],
    [['apply'], 2],
    [['apply', 'x.yaml', '--prun'], 2],
    [['apply', 'no-such-file.yaml'], 2],
    [['rollback', 'last'], 2],
    [['rollback', '7'], 1],
    [['get', 'servce'], 2],
    [['get', 'service/none'], 1],
    [['history', '--limit', '0'], 2],
    [['diff', 'x.yaml', '--from', '1'], 2],
    [['status', '--zookeeper', 'not a host:x'], 2],
    [['status', '--root', 'relative'], 2],
  ])('%j ends with %i', async (args, code) => {
    const result = await run(args)
    expect(result).toMatchObject({ code })
    // A stack is for mistakes of ours.
    expect(result.stderr).not.toMatch(/^ {4}at /m)
  })
})
