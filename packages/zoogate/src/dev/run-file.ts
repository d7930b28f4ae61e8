import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What other commands find the running `dev` by. */
export interface RunFile {
  /** Connect string. */
  readonly zookeeper: string
  readonly root: string
  readonly pid: number
  /** The agent.yaml of this run's agents: loopback addresses are allowed in it. */
  readonly agentConfig: string
}

const fileOf = (folder: string) => join(folder, 'run.json')

/** Written aside and renamed: a command that starts meanwhile reads a whole file or none. */
export async function writeRunFile(folder: string, run: RunFile): Promise<void> {
  const aside = `${fileOf(folder)}.new`
  await writeFile(aside, `${JSON.stringify(run, null, 2)}\n`)
  await rename(aside, fileOf(folder))
}

export async function removeRunFile(folder: string): Promise<void> {
  await rm(fileOf(folder), { force: true })
}
