import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

const FOLDER = new URL('.peers', import.meta.url).pathname
const PACKAGES = ['node-zookeeper-client@1.1.3', 'zookeeper@7.3.0']
const client = (file: string) => new URL(`clients/${file}`, import.meta.url).pathname

const CLASS_PATH = [
  FOLDER,
  ...['zookeeper', 'netty-codec', 'netty-resolver', 'slf4j-api', 'slf4j-nop'].map(
    (name) => `/usr/share/java/${name}.jar`,
  ),
].join(':')

/** A client of ZooKeeper, as a program that takes the benchmark's arguments. */
export interface Contender {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Ours, the bare socket, and whichever peers can be had here; the others are named with the reason. */
export async function contenders(): Promise<readonly Contender[]> {
  mkdirSync(FOLDER, { recursive: true })
  const node = (name: string, file: string): Contender => ({
    name,
    command: process.execPath,
    args: [client(file)],
    env: { PEERS: FOLDER },
  })
  const found = [node('zoogate', 'zoogate.mjs'), node('bare', 'bare.mjs')]
  await unlessMissing('the npm clients', async () => {
    if (!existsSync(`${FOLDER}/node_modules/zookeeper`)) {
      await run('npm', [
        'install',
        '--no-save',
        '--no-package-lock',
        '--prefix',
        FOLDER,
        ...PACKAGES,
      ])
    }
    found.push(node('node-zookeeper-client', 'node-zookeeper-client.mjs'))
    found.push(node('zookeeper', 'zookeeper-native.mjs'))
  })
  await unlessMissing('the Java client', async () => {
    await run('javac', ['-cp', CLASS_PATH, '-d', FOLDER, client('JavaClient.java')])
    const args = ['-Xmx512m', '-cp', CLASS_PATH, 'JavaClient']
    found.push({ name: 'Java', command: 'java', args, env: {} })
  })
  await unlessMissing('kazoo', async () => {
    const python = '/usr/bin/python3'
    await run(python, ['-c', 'import kazoo'])
    found.push({ name: 'kazoo', command: python, args: [client('kazoo_client.py')], env: {} })
  })
  return found
}

async function unlessMissing(what: string, prepare: () => Promise<void>): Promise<void> {
  try {
    await prepare()
  } catch (error) {
    console.warn(`left out: ${what}: ${error instanceof Error ? error.message : error}`)
  }
}
