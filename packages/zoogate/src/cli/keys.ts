import { access } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { DEFAULT_KEY_FILE, readKeyFile } from '../store/secrets/key-file.ts'
import type { KeyRing } from '../store/secrets/key-ring.ts'

/** Made by `zoogate dev` in its folder. */
const DEV_KEY_FILE = join('.zoogate', 'keys')

const PLACES = `ZOOGATE_KEYS, then the nearest ${DEV_KEY_FILE}, then ${DEFAULT_KEY_FILE}`

/** Adds `--keys` to a command. */
export function addKeysOption(command: Command): Command {
  return command.option('--keys <file>', `what Secrets are encrypted with (default: ${PLACES})`)
}

/** Reads the keys that a command was given, when they are needed. */
export function keys(command: Command): () => Promise<KeyRing> {
  return async () => readKeyFile(await keyFile(command))
}

/** Where the keys of a command are, whether the file is there or not. */
export async function keyFile(
  command: Command,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  folder: string = process.cwd(),
): Promise<string> {
  const named = command.opts<{ readonly keys?: string }>().keys ?? environment['ZOOGATE_KEYS'] ?? ''
  if (named !== '') return resolve(folder, named)
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, DEV_KEY_FILE)
    if (await isThere(file)) return file
    if (at === dirname(at)) return DEFAULT_KEY_FILE
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch {
    return false
  }
}
