import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ZooKeeper } from '@zoogate/zookeeper'
import { readStatus } from '../../packages/zoogate/src/cli/read-status.ts'
import type { StatusReport } from '../../packages/zoogate/src/cli/status-report.ts'
import { programFile } from '../../packages/zoogate/src/package/files.ts'
import { Store } from '../../packages/zoogate/src/store/store.ts'
import { temporaryFolder } from './folder.ts'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { waitFor } from './wait-for.ts'

const ZOOGATE = programFile('zoogate')

/** Long enough for an election, on a host that is busy. */
const CONNECT_TIMEOUT_MS = 15_000

export type EngineName = 'haproxy' | 'nginx' | 'httpd' | 'builtin'

interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** All of zoogate on this machine, as `zoogate dev` runs it, in a folder and on ports of its own. */
export interface Stack extends AsyncDisposable {
  readonly folder: string
  readonly engines: readonly EngineName[]
  /** ZooKeeper's connect string. */
  readonly zookeeper: string
  readonly dev: Program
  /** Port of an engine's Gateway. */
  port(engine: EngineName): number
  /** Runs the command line against this stack. */
  zoogate(...args: string[]): Promise<CommandResult>
  /** As {@link zoogate}, failing unless the exit code is 0. */
  must(...args: string[]): Promise<string>
  /** What `zoogate status --json` shows, without a process for each look: tests look often. */
  status(): Promise<StatusReport>
  /** Writes the stack's YAML anew, which `dev` then applies. */
  rewrite(yaml: string): Promise<void>
  /** The YAML of the start: one Gateway for each engine, Service `shop`, HTTPRoute `shop`. */
  readonly yaml: string
}

export interface StackOptions {
  readonly engines: readonly EngineName[]
  /** A ZooKeeper that runs already; absent: dev's embedded one. */
  readonly zookeeper?: string
  /** What `dev` and its agents find in their environment beside the tests' own. */
  readonly environment?: Readonly<Record<string, string>>
  /** Lines of the Service's spec, indented by two. */
  readonly service?: string
  /** More resources. */
  readonly more?: string
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = await temporaryFolder()
  const ports = new Map<EngineName, number>()
  for (const engine of options.engines) ports.set(engine, await freePort())
  const yaml = stackYaml(ports, options)
  await writeFile(join(folder.path, 'stack.yaml'), yaml)
  const from =
    options.zookeeper === undefined
      ? ['--port', String(await freePort())]
      : ['--zookeeper', options.zookeeper]
  const dev = await startProgram(process.execPath, [ZOOGATE, 'dev', 'stack.yaml', ...from], {
    cwd: folder.path,
    env: { ...options.environment, ZOOGATE_ZOOKEEPER: undefined },
    ready: /\bready\b/,
    readyTimeoutMs: 60_000,
  })
  const runFile = join(folder.path, '.zoogate', 'run.json')
  const { zookeeper } = JSON.parse(await readFile(runFile, 'utf8'))
  const zoogate = (...args: string[]) => runZoogate(folder.path, args)
  const must = async (...args: string[]) => {
    const result = await zoogate(...args)
    if (result.code !== 0) {
      throw new Error(`zoogate ${args.join(' ')}: exit ${result.code}\n${result.stderr}`)
    }
    return result.stdout
  }
  const stack: Stack = {
    folder: folder.path,
    engines: options.engines,
    zookeeper,
    dev,
    yaml,
    port(engine) {
      const port = ports.get(engine)
      if (port === undefined) throw new Error(`this stack has no ${engine}`)
      return port
    },
    zoogate,
    must,
    status: () => statusOf(zookeeper),
    rewrite: (text) => writeFile(join(folder.path, 'stack.yaml'), text),
    async [Symbol.asyncDispose]() {
      await dev.stop({ graceMs: 20_000 })
      await folder[Symbol.asyncDispose]()
    },
  }
  try {
    await waitFor(
      'every Gateway to serve its revision',
      async () => {
        const { gateways } = await stack.status()
        return (
          gateways.length === options.engines.length &&
          gateways.every(({ nodes }) => nodes.length > 0 && nodes.every((n) => n.state === 'ready'))
        )
      },
      { timeoutMs: 60_000, everyMs: 100 },
    )
  } catch (error) {
    const status = await zoogate('status', '--json')
    await stack[Symbol.asyncDispose]()
    throw new Error(`${dev.output()}\n${status.stdout}${status.stderr}`, { cause: error })
  }
  return stack
}

/** By a session of its own, as the command line's: one of before may be lost with its server. */
async function statusOf(connectString: string): Promise<StatusReport> {
  await using client = new ZooKeeper(connectString)
  await client.connect({ timeoutMs: CONNECT_TIMEOUT_MS })
  return await readStatus(new Store({ client, root: '/zoogate' }))
}

/** Runs the built command line in a folder, whose run.json tells it where ZooKeeper is. */
function runZoogate(cwd: string, args: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve) => {
    const env = { ...process.env, ZOOGATE_ZOOKEEPER: undefined, NO_COLOR: '1' }
    const child = execFile(
      process.execPath,
      [ZOOGATE, ...args],
      { cwd, env, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 128, stdout, stderr }),
    )
  })
}

function stackYaml(ports: ReadonlyMap<EngineName, number>, options: StackOptions): string {
  const gateways = [...ports].map(
    ([engine, port]) => `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge-${engine} }
spec:
  engine: ${engine}
  listeners:
    - { name: http, address: 127.0.0.1, port: ${port}, protocol: HTTP }
`,
  )
  const parents = [...ports.keys()].map((engine) => `{ name: edge-${engine} }`).join(', ')
  const resources = [
    ...gateways,
    `apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
spec:
${options.service ?? '  balance: { algorithm: roundRobin }'}
`,
    `apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [${parents}]
  rules:
    - backendRefs: [{ name: shop }]
`,
    ...(options.more === undefined ? [] : [options.more]),
  ]
  return resources.join('---\n')
}
