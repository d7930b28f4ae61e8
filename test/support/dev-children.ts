import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stack } from './stack.ts'

/** Pid of a program that `zoogate dev` runs, by its name: `agent-edge-haproxy`, `zookeeper`. */
export async function devChildPid(stack: Stack, name: string): Promise<number | undefined> {
  const text = await readFile(join(stack.folder, '.zoogate', 'children.json'), 'utf8')
  const children: { name: string; pid: number }[] = JSON.parse(text)
  return children.find((child) => child.name === name)?.pid
}
