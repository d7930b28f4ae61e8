import { type Acl, OPEN_ACL_UNSAFE, READ_ACL_UNSAFE } from '@zoogate/zookeeper/protocol'
import fc from 'fast-check'
import type { WriteOperation } from '../src/transactions/prepare.ts'

/** Few names and little depth, so that random operations meet each other. */
const name = fc.constantFrom('a', 'b', 'c')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `/${names.join('/')}`)
const data = fc.option(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)))
const acl = fc.constantFrom<readonly Acl[]>(
  OPEN_ACL_UNSAFE,
  READ_ACL_UNSAFE,
  [{ perms: 31, id: { scheme: 'digest', id: 'u:hash' } }],
  [],
)
const version = fc.integer({ min: -1, max: 3 })

/** Any write that a client can ask for, sensible or not. */
export const writeOperation: fc.Arbitrary<WriteOperation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('create' as const),
      path,
      data,
      acl: fc.oneof({ weight: 8, arbitrary: fc.constant(OPEN_ACL_UNSAFE) }, acl),
      flags: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 7 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), path, version }) },
  fc.record({ type: fc.constant('setData' as const), path, data, version }),
  fc.record({ type: fc.constant('setAcl' as const), path, acl, version }),
  fc.record({ type: fc.constant('check' as const), path, version }),
)
