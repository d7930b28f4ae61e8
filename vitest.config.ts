import { defineConfig } from 'vitest/config'

/** Tests import the TypeScript sources of sibling packages, so unit tests need no build. */
const source = (path: string) => new URL(`./packages/${path}`, import.meta.url).pathname
const alias = [
  {
    find: /^@zoogate\/zookeeper\/protocol$/,
    replacement: source('zookeeper/src/protocol/index.ts'),
  },
  { find: /^@zoogate\/zookeeper$/, replacement: source('zookeeper/src/index.ts') },
  { find: /^@zoogate\/zookeeper-server$/, replacement: source('zookeeper-server/src/index.ts') },
  {
    find: /^@zoogate\/balancer\/(health|policies)$/,
    replacement: source('balancer/src/$1/index.ts'),
  },
  { find: /^@zoogate\/balancer$/, replacement: source('balancer/src/index.ts') },
  {
    find: /^@zoogate\/proxy\/request-rules$/,
    replacement: source('proxy/src/request-rules.ts'),
  },
  { find: /^@zoogate\/proxy$/, replacement: source('proxy/src/index.ts') },
]

const UNDER_LOAD = [
  'agent-killed',
  'burst',
  'changes-under-load',
  'ensemble',
  'live-changes-and-reloads',
  'zookeeper-away',
].map((name) => `test/faults/${name}.test.ts`)

/** Builds what has changed since the last build: these tests start our programs. */
const BUILT = 'test/support/built.ts'

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        // Pure functions and in-memory parts: no sockets but loopback pairs, no programs.
        extends: true,
        test: {
          name: 'unit',
          isolate: false,
          maxWorkers: 3,
          // A busy machine is no fault of the code: only a test that hangs shall fail.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          include: ['packages/*/test/**/*.test.ts', 'test/unit/**/*.test.ts'],
        },
      },
      {
        // The ZooKeeper client on real servers. Each file has servers of its own, and waits more than it works.
        extends: true,
        test: {
          name: 'client',
          isolate: false,
          include: ['packages/zookeeper/integration/**/*.test.ts'],
          globalSetup: [BUILT, 'packages/zookeeper/integration/support/shared-ensemble.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
        },
      },
      {
        // One package's parts with real servers and engines, three files side by side: each has its own,
        // and waits for them more than it works.
        extends: true,
        test: {
          name: 'integration',
          isolate: false,
          globalSetup: BUILT,
          include: ['packages/*/integration/**/*.test.ts'],
          exclude: ['packages/zookeeper/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
        },
      },
      {
        // All of it together: what is right or wrong whatever else runs, two files side by side.
        extends: true,
        test: {
          name: 'whole',
          isolate: false,
          globalSetup: BUILT,
          include: ['test/{story,faults,conformance}/**/*.test.ts'],
          exclude: UNDER_LOAD,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // What makes load itself and judges it, or times: alone, and after the others.
        extends: true,
        test: {
          name: 'whole-alone',
          isolate: false,
          globalSetup: BUILT,
          include: UNDER_LOAD,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Measured, not asserted: `npm run bench -- NAME`.
        extends: true,
        test: {
          name: 'bench',
          globalSetup: BUILT,
          include: ['bench/**/*.bench.ts'],
          fileParallelism: false,
        },
      },
      {
        // The long runs: `npm run soak -- --runs N`.
        extends: true,
        test: {
          name: 'soak',
          globalSetup: BUILT,
          include: ['test/soak/*.soak.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
})
