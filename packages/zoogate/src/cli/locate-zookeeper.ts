import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { DEFAULT_ROOT } from '../store/tree-paths.ts'
import { usageError } from './cli-error.ts'

/** Written by `zoogate dev` into its folder. */
const RUN_FILE = join('.zoogate', 'run.json')
const CONFIG_BYTES_MAX = 64 * 1024

export interface FoundZooKeeper {
  /** `host:port,host:port/chroot` */
  readonly connectString: string
  readonly root: string
  /** Where it was found, for messages: `--zookeeper`, or a file's path. */
  readonly source: string
  /** The `zoogate dev` that wrote the file. */
  readonly pid?: number
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly folder: string
  readonly home: string
}

export interface ZooKeeperFlags {
  readonly zookeeper?: string
  readonly root?: string
}

/**
 * Where ZooKeeper is: `--zookeeper`, then `ZOOGATE_ZOOKEEPER`, then the nearest `.zoogate/run.json`
 * from the working folder upward, then `~/.config/zoogate/config.yaml`.
 * @throws CliError that says where it looked, and what to do
 */
export async function locateZooKeeper(
  flags: ZooKeeperFlags,
  surroundings: Surroundings,
): Promise<FoundZooKeeper> {
  const { environment, folder } = surroundings
  const root = flags.root ?? environment['ZOOGATE_ROOT']
  const withRoot = (found: Omit<FoundZooKeeper, 'root'>, ownRoot?: string): FoundZooKeeper => ({
    ...found,
    root: root ?? ownRoot ?? DEFAULT_ROOT,
  })
  if (flags.zookeeper !== undefined) {
    return withRoot({ connectString: flags.zookeeper, source: '--zookeeper' })
  }
  const variable = environment['ZOOGATE_ZOOKEEPER'] ?? ''
  if (variable !== '') return withRoot({ connectString: variable, source: 'ZOOGATE_ZOOKEEPER' })
  const configFile = join(configFolder(surroundings), 'zoogate', 'config.yaml')
  for (const file of [...runFilesFrom(folder), configFile]) {
    const settings = await readSettings(file)
    if (settings === undefined) continue
    const { zookeeper, root: ownRoot, pid } = settings
    const found = { connectString: zookeeper, source: file, ...(pid === undefined ? {} : { pid }) }
    return withRoot(found, ownRoot)
  }
  throw usageError(
    [
      'no ZooKeeper is named. Looked at --zookeeper, ZOOGATE_ZOOKEEPER,',
      `${RUN_FILE} in ${folder} and above it, and ${configFile}.`,
      'Start `zoogate dev`, or say where ZooKeeper is: --zookeeper HOST:PORT',
    ].join(' '),
  )
}

function runFilesFrom(folder: string): readonly string[] {
  const files: string[] = []
  for (let at = resolve(folder); ; at = dirname(at)) {
    files.push(join(at, RUN_FILE))
    if (at === dirname(at)) return files
  }
}

/** As the XDG base directory specification says. */
function configFolder({ environment, home }: Surroundings): string {
  const configured = environment['XDG_CONFIG_HOME'] ?? ''
  return configured === '' ? join(home, '.config') : configured
}

interface Settings {
  readonly zookeeper: string
  readonly root?: string
  readonly pid?: number
}

async function readSettings(file: string): Promise<Settings | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw usageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  const value = parseSettings(file, text)
  if (typeof value !== 'object' || value === null || !('zookeeper' in value)) {
    throw usageError(`${file} does not say where ZooKeeper is: it needs "zookeeper: HOST:PORT"`)
  }
  const { zookeeper } = value
  if (typeof zookeeper !== 'string' || zookeeper === '') {
    throw usageError(`${file}: zookeeper must be a connect string, such as 127.0.0.1:2181`)
  }
  const root = 'root' in value && typeof value.root === 'string' ? value.root : undefined
  const pid = 'pid' in value && typeof value.pid === 'number' ? value.pid : undefined
  return {
    zookeeper,
    ...(root === undefined ? {} : { root }),
    ...(pid === undefined ? {} : { pid }),
  }
}

/** YAML, and so JSON. */
function parseSettings(file: string, text: string): unknown {
  if (text.length > CONFIG_BYTES_MAX) throw usageError(`${file} is too large for settings`)
  try {
    return parse(text)
  } catch (error) {
    throw usageError(`${file}: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
  }
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
