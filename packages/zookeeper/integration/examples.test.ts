import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { ZooKeeperServer } from '../../zookeeper-server/src/index.ts'
import { buildExamples, exampleNames, runExample } from './support/examples.ts'

const names = await exampleNames()

describe('the examples, on the embedded server', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: ZooKeeperServer

  beforeAll(async () => {
    folder = await temporaryFolder()
    server = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
    await Promise.all([server.listen(), buildExamples()])
  })
  afterAll(async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  it('are there', () => {
    expect(names).not.toEqual([])
  })

  it.each(names)('%s runs to its end', async (name) => {
    expect(await runExample(name, { ZOOKEEPER: server.connectString })).not.toBe('')
  })
})
