import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../../examples')
const compiler = join(import.meta.dirname, '../../../../node_modules/.bin/tsc')
/** An example ends by itself, and soon. */
const MAX_RUN_MS = 20_000

/** The examples that need nothing but a server: those of the folder itself, without those of its folders. */
export async function exampleNames(): Promise<string[]> {
  const names = await readdir(folder)
  return names.filter((name) => name.endsWith('.ts')).map((name) => name.slice(0, -'.ts'.length))
}

/** Compiles the examples, and this package for them, as a user would. */
export async function buildExamples(): Promise<void> {
  await run(compiler, ['-b', folder])
}

/** Runs an example as a program of its own and gives what it printed. Rejects, with that, when it fails or takes too long. */
export async function runExample(
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await run(process.execPath, [join(folder, 'dist', `${name}.js`)], {
    env: { ...process.env, ...env },
    timeout: MAX_RUN_MS,
  })
  return stdout
}
