import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ZooKeeper } from '@zoogate/zookeeper'
import { applyLoaded } from '../desired/apply-files.ts'
import { stateIssues } from '../desired/check-state.ts'
import { invalidState } from '../desired/desired-state-error.ts'
import { type LoadedFiles, loadFiles } from '../desired/load-files.ts'
import { formatIssue, type Issue } from '../model/issue.ts'
import type { ResourceMap } from '../model/resources/resource.ts'
import { ensureKeyFile, readKeyFile } from '../store/secrets/key-file.ts'
import { Store } from '../store/store.ts'
import { Children, endLeftovers } from './children.ts'
import { Demos } from './demos.ts'
import { devGateways, type GatewayFacts } from './dev-status.ts'
import { FileWatcher } from './file-watcher.ts'
import { firstFreePort } from './first-free-port.ts'
import { takeFolderLock } from './folder-lock.ts'
import { GatewayAgents } from './gateway-agents.ts'
import { createOutput, type DevOutput } from './output.ts'
import { removeRunFile, writeRunFile } from './run-file.ts'
import type { DevMessage, DevState } from './table.ts'
import { zoogateArgs } from './zoogate-args.ts'

const HOST = '127.0.0.1'
const STATUS_EVERY_MS = 400
const CONNECT_TIMEOUT_MS = 30_000
const ZOOKEEPER_RESTART_AFTER_MS = 500
const MESSAGES_KEPT = 50

/** What `dev` allows its agents: everything runs on this machine, from the working folder. */
const agentConfigText = (
  keys: string,
  here: string,
) => `# Written by zoogate dev at each start: everything runs on this machine.
discovery:
  allowAddresses: [127.0.0.0/8, "::1"]
allow:
  staticRoots: [${JSON.stringify(here)}]
  cgi: [${JSON.stringify(here)}]
  native: true
  fastcgi: ["127.0.0.1:*", "[::1]:*", "unix:/run/php/*", ${JSON.stringify(`unix:${here}/**`)}]
secrets:
  keys: ${JSON.stringify(keys)}
`

export interface DevSessionOptions {
  /** Files and folders with resources. */
  readonly files: readonly string[]
  /** Absolute: `.zoogate`. */
  readonly folder: string
  readonly root: string
  /** A ZooKeeper that runs already; absent: an embedded one on `port` or the next free one. */
  readonly zookeeper: string | undefined
  readonly port: number
  readonly stream: NodeJS.WriteStream
}

interface ValidFiles extends LoadedFiles {
  readonly resources: ResourceMap
}

/** All of zoogate on one machine, from start to end. */
export class DevSession {
  readonly #options: DevSessionOptions
  readonly #output: DevOutput
  readonly #children: Children
  readonly #messages: DevMessage[] = []
  #zookeeper = ''
  #client: ZooKeeper | undefined
  #store: Store | undefined
  #agents: GatewayAgents | undefined
  #demos: Demos | undefined
  #watcher: FileWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #unlock: (() => void) | undefined
  #resources: ResourceMap = new Map()
  #facts = new Map<string, GatewayFacts>()
  /** The newest revision that the programs here were brought in line with. */
  #followed = 0
  #applying: Promise<void> = Promise.resolve()
  #saidReady = false
  #stopping = false
  #stopped: Promise<void> | undefined

  constructor(options: DevSessionOptions) {
    this.#options = options
    this.#output = createOutput(options.stream)
    this.#children = new Children({
      folder: options.folder,
      onChange: (child) => {
        if (!child.running && !child.stopping && !this.#stopping)
          this.#say('error', this.#endedMessage(child))
        this.#show()
      },
    })
  }

  /**
   * Starts everything. When {@link stop} is called meanwhile it ends early, without an error.
   * @throws DesiredStateError before anything was started
   */
  async start(): Promise<void> {
    const { files, folder } = this.#options
    const loaded = validated(await loadFiles(files), files)
    await mkdir(join(folder, 'agents'), { recursive: true })
    if (this.#stopping) return
    this.#unlock = takeFolderLock(join(folder, 'dev.lock'))
    this.#resources = loaded.resources
    this.#show()
    const ended = await endLeftovers(folder)
    if (ended > 0) this.#say('info', `ended ${ended} programs that a killed run left behind`)
    const steps = [
      () => this.#startZooKeeper(),
      () => this.#connect(),
      () => this.#apply(loaded),
      () => this.#watchFiles(loaded),
    ]
    for (const step of steps) {
      if (this.#stopping) return
      try {
        await step()
      } catch (error) {
        // What was only starting is being ended; that it did not come up is no news.
        if (!this.#stopping) throw error
      }
    }
    if (!this.#stopping) this.#poll()
  }

  /** Ends everything that was started, and nothing else. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }

  async #end(): Promise<void> {
    this.#stopping = true
    // Without the folder's lock nothing was started.
    if (this.#unlock === undefined) return
    this.#say('info', 'stopping …')
    this.#show()
    clearTimeout(this.#timer)
    this.#watcher?.close()
    this.#children.close()
    await this.#applying.catch(() => {})
    // Instances drain while the load balancers still listen to them; ZooKeeper goes last.
    await this.#demos?.stop()
    await this.#agents?.stop()
    await this.#client?.close().catch(() => {})
    await this.#children.stopAll()
    await removeRunFile(this.#options.folder)
    this.#unlock()
    this.#say('info', 'stopped')
    this.#show()
  }

  get #keyFile(): string {
    return join(this.#options.folder, 'keys')
  }

  async #startZooKeeper(): Promise<void> {
    const { folder, root, zookeeper, port } = this.#options
    const agentConfig = join(folder, 'agent.yaml')
    await ensureKeyFile(this.#keyFile)
    await writeFile(agentConfig, agentConfigText(this.#keyFile, process.cwd()))
    this.#zookeeper = zookeeper ?? (await this.#startEmbedded(port))
    const shared = { children: this.#children, zookeeper: this.#zookeeper, root }
    this.#agents = new GatewayAgents({ ...shared, folder: join(folder, 'agents'), agentConfig })
    this.#demos = new Demos(shared)
    await writeRunFile(folder, {
      zookeeper: this.#zookeeper,
      root,
      pid: process.pid,
      agentConfig,
    })
  }

  async #startEmbedded(wanted: number): Promise<string> {
    const port = await firstFreePort(HOST, wanted)
    if (port !== wanted) this.#say('info', `port ${wanted} is taken: ZooKeeper gets ${port}`)
    const data = join(this.#options.folder, 'zookeeper')
    await this.#children.start({
      name: 'zookeeper',
      args: zoogateArgs('zookeeper', '--data', data, '--port', String(port)),
      restartAfterMs: ZOOKEEPER_RESTART_AFTER_MS,
    })
    return `${HOST}:${port}`
  }

  async #connect(): Promise<void> {
    const client = new ZooKeeper(this.#zookeeper)
    this.#client = client
    client.onStateChange((state, previous) => {
      if (this.#stopping || previous === 'connecting') return
      const away = state === 'suspended' || state === 'lost'
      this.#say(away ? 'error' : 'info', `ZooKeeper: ${state}`)
    })
    try {
      await client.connect({ signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) })
    } catch (error) {
      if (this.#stopping) return
      throw new Error(`ZooKeeper at ${this.#zookeeper} does not answer`, { cause: error })
    }
    this.#store = new Store({ client, root: this.#options.root })
  }

  async #watchFiles({ namedFiles }: ValidFiles): Promise<void> {
    this.#watcher = new FileWatcher({
      paths: this.#options.files,
      onChange: () => {
        this.#applying = this.#applying.then(() => this.#reread())
      },
    })
    this.#watcher.follow(namedFiles)
    await this.#watcher.start()
  }

  async #reread(): Promise<void> {
    if (this.#stopping) return
    try {
      const loaded = await loadFiles(this.#options.files)
      this.#watcher?.follow(loaded.namedFiles)
      await this.#apply(validated(loaded, this.#options.files))
    } catch (error) {
      // What is live stays live: a file that is wrong, or half written, changes nothing.
      const { message } = error as Error
      for (const line of message.split('\n')) this.#say('error', line)
    }
  }

  async #apply(loaded: ValidFiles): Promise<void> {
    const store = this.#store
    if (store === undefined) return
    const message = this.#options.files.join(' ')
    const applied = await applyLoaded(store, loaded, {
      others: 'delete',
      author: 'zoogate dev',
      message,
      keys: () => readKeyFile(this.#keyFile),
    })
    this.#followed = applied.revision
    const what = applied.changed ? message : `${message}, unchanged`
    this.#say('info', `revision ${applied.revision}: ${what}`)
    for (const warning of applied.warnings) this.#say('info', `warning: ${formatIssue(warning)}`)
    await this.#follow(applied.resources)
  }

  /** Brings the agents and the instances in line with the desired state. */
  async #follow(resources: ResourceMap): Promise<void> {
    this.#resources = resources
    if (this.#stopping) return
    await this.#agents?.follow(resources)
    await this.#demos?.follow(resources)
  }

  /** A rollback, or an apply from elsewhere: it is live until a file is saved. */
  async #followOthers(store: Store): Promise<void> {
    const head = await store.readHead()
    if (this.#stopping || head <= this.#followed) return
    const [resources, { author, message }] = await Promise.all([
      store.readResources(head),
      store.readRevision(head),
    ])
    this.#followed = head
    this.#say('info', `revision ${head}: ${message || 'applied'}, by ${author}`)
    this.#say('info', 'the files here are not that; saving one makes them the desired state again')
    await this.#follow(resources)
  }

  #poll(): void {
    const again = () => {
      if (!this.#stopping) this.#timer = setTimeout(() => this.#poll(), STATUS_EVERY_MS)
    }
    this.#readFacts().then(again, again)
  }

  async #readFacts(): Promise<void> {
    const store = this.#store
    if (store === undefined || this.#client?.state !== 'connected') return
    const applying = this.#applying.then(() => this.#followOthers(store))
    this.#applying = applying.catch(() => {})
    await applying
    const facts = new Map<string, GatewayFacts>()
    for (const name of this.#gatewayNames()) {
      const [nodes, rollout] = await Promise.all([store.readNodes(name), store.readRollout(name)])
      const leftOut = this.#agents?.leftOut(name)
      facts.set(name, { nodes, target: rollout?.target ?? 0, leftOut })
    }
    this.#facts = facts
    this.#show()
  }

  #gatewayNames(): readonly string[] {
    return [...this.#resources.values()]
      .filter(({ kind }) => kind === 'Gateway')
      .map(({ metadata }) => metadata.name)
  }

  #show(): void {
    if (this.#unlock === undefined) return
    const none: GatewayFacts = { nodes: [], target: 0, leftOut: undefined }
    const gateways = devGateways(this.#resources, (name) => this.#facts.get(name) ?? none)
    const state: DevState = {
      zookeeper: this.#zookeeper === '' ? 'starting' : this.#zookeeper,
      gateways,
      instances: this.#demos?.instances ?? [],
      messages: this.#messages,
    }
    this.#output.show(state)
    const settled = gateways.filter(({ state: now }) => now === 'ready' || now === 'left out')
    if (this.#saidReady || settled.length < gateways.length) return
    const urls = gateways.filter(({ state: now }) => now === 'ready').flatMap((one) => one.urls)
    if (urls.length === 0) return
    this.#saidReady = true
    this.#say('info', `ready: ${urls.join(' ')}`)
  }

  #say(level: DevMessage['level'], text: string): void {
    const message = { at: new Date(), level, text }
    this.#messages.push(message)
    if (this.#messages.length > MESSAGES_KEPT) this.#messages.shift()
    this.#output.message(message)
  }

  #endedMessage(child: { readonly name: string; readonly lastExit: string | undefined }): string {
    return `${child.name} ended: ${child.lastExit}; see ${this.#children.logFile(child.name)}`
  }
}

/**
 * `dev` deletes what the files do not hold, so they are the whole desired state, and can be checked
 * before anything runs.
 * @throws DesiredStateError
 */
function validated(loaded: LoadedFiles, files: readonly string[]): ValidFiles {
  const resources = new Map([...loaded.sources].map(([key, { resource }]) => [key, resource]))
  // An editor that has just emptied the file to write it again does not ask for nothing.
  if (resources.size === 0 && loaded.issues.length === 0) throw invalidState(files.map(emptyIssue))
  const issues = loaded.issues.length > 0 ? loaded.issues : stateIssues(resources, loaded.sources)
  if (issues.length > 0) throw invalidState(issues)
  return { ...loaded, resources }
}

function emptyIssue(file: string): Issue {
  return { file, line: 1, column: 1, field: '', message: 'holds no resources' }
}
