import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { SealedFile } from '../../src/agent/disk/sealed-file.ts'
import { NodeWork } from '../../src/agent/node-work.ts'
import { Candidate } from '../../src/agent/state/candidate.ts'
import { decodeNodeState } from '../../src/agent/state/node-state.ts'
import { parseResources } from '../../src/model/checks/parse.ts'
import { resourceKey } from '../../src/model/resources/resource.ts'
import { FakeEngine } from './fake-engine.ts'

function candidate(revision: number, path: string): Candidate {
  const { resources, issues } = parseResources(
    `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec: { engine: builtin, listeners: [{ name: http, port: 8080 }] }
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
spec: { endpoints: [{ address: 10.0.0.1, port: 80 }] }
---
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge }]
  rules:
    - matches: [{ path: { type: PathPrefix, value: ${path} } }]
      backendRefs: [{ name: shop }]
`,
    'edge.yaml',
  )
  expect(issues).toEqual([])
  const byKey = new Map(resources.map(({ resource }) => [resourceKey(resource), resource]))
  return new Candidate('edge', revision, byKey)
}

it('knows a revision as good that came to be served after another was asked for', async () => {
  await using folder = await temporaryFolder()
  const fake = new FakeEngine(folder.path)
  const { engine, host } = fake
  const stateFile = new SealedFile(join(folder.path, 'state.sealed'))
  const paths = {
    folder: folder.path,
    current: join(folder.path, 'current'),
    logs: folder.path,
    run: folder.path,
  }
  const work = new NodeWork({
    gateway: 'edge',
    engine,
    host,
    paths,
    stateFile,
    checkBounds: async () => {},
    good: undefined,
    storedPools: [],
    nowMs: Date.now,
    lettingGo: new AbortController().signal,
    onChange: () => {},
    log: pino({ level: 'silent' }),
  })
  try {
    await work.start()
    fake.invalid = (routes) => (routes === '/bad' ? 'line 7: no' : undefined)
    fake.delays = async () => work.aim(candidate(3, '/bad'))
    work.aim(candidate(1, '/'))
    await waitFor('the first revision to be served', () => work.status.served?.generation === '1')
    work.aim(candidate(2, '/new'))
    await waitFor('the last one to be refused', () => work.status.failure?.revision === 3)
    expect(fake.routes).toBe('/new')
    await waitFor('what is served to be on the disk', async () => {
      const { text } = await stateFile.read()
      return text !== undefined && decodeNodeState(text)?.revision === 2
    })
  } finally {
    await work.close()
  }
})
