import { open } from 'node:fs/promises'

/** Makes sure that names made, renamed or removed in a folder stay so when the power goes. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
