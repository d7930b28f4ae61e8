import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BalancerError } from '../balancer-error.ts'

/** Longest run file that is read. */
const RUN_FILE_BYTES_MAX = 1024 * 1024

/**
 * Where ZooKeeper is: the option, then `ZOOGATE_ZOOKEEPER`, then `.zoogate/run.json` below the
 * working directory, which `zoogate dev` writes.
 * @throws BalancerError `ZOOKEEPER_UNKNOWN`
 */
export function findZooKeeper(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  folder: string = process.cwd(),
): string {
  const found = [option, environment['ZOOGATE_ZOOKEEPER'], fromRunFile(folder)]
  const zookeeper = found.find((each) => each !== undefined && each !== '')
  if (zookeeper !== undefined) return zookeeper
  throw new BalancerError(
    'ZOOKEEPER_UNKNOWN',
    'where is ZooKeeper? Give the option zookeeper, set ZOOGATE_ZOOKEEPER=host:2181, or start `zoogate dev` in this folder',
  )
}

function fromRunFile(folder: string): string | undefined {
  let value: unknown
  try {
    const text = readFileSync(join(folder, '.zoogate', 'run.json'), 'utf8')
    if (text.length > RUN_FILE_BYTES_MAX) return undefined
    value = JSON.parse(text)
  } catch {
    // No such file, or one that is just being written: then it says nothing.
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('zookeeper' in value)) return undefined
  return typeof value.zookeeper === 'string' ? value.zookeeper : undefined
}
