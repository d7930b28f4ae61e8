import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../../support/folder.ts'
import { type CaseBackends, startBackends } from './backends/case-backends.ts'
import { backendNames } from './case-resources.ts'
import type { Case } from './read-cases.ts'

/** What a case has of its own, whichever engine it is run on. */
export interface CaseFixtures extends AsyncDisposable {
  readonly backends: CaseBackends
  /** Where its files lie. Others may read it. */
  readonly folder: string
  readonly phpFpm: string
}

export async function makeFixtures(given: Case): Promise<CaseFixtures> {
  const { spec } = given
  const folder = await temporaryFolder()
  await chmod(folder.path, 0o755)
  for (const [name, { text, executable }] of Object.entries(spec.files ?? {})) {
    const path = join(folder.path, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text, { mode: executable === true ? 0o755 : 0o644 })
  }
  const backends = await startBackends(backendNames(given), spec.backends ?? {}, async () => {
    return undefined
  })
  return {
    backends,
    folder: folder.path,
    phpFpm: '',
    async [Symbol.asyncDispose]() {
      await backends[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
