import { type Static, Type } from 'typebox'
import { nameField } from './field-schemas.ts'
import { strict } from './resource-metadata.ts'

/** Of a native configuration, in UTF-8: larger ones belong into files that it includes. */
export const NATIVE_BYTES_MAX = 256 * 1024

/** A znode's path (ZooKeeper's programmer's guide, "The ZooKeeper Data Model"), without control characters. */
const ZNODE_PATH = /^(\/(?!\.{1,2}(\/|$))[^/\p{Cc}\p{Surrogate}]+)+$/u

export const NativeSchema = Type.Object(
  {
    file: Type.Optional(
      Type.String({
        maxLength: 4096,
        description:
          'A file, relative to the folder of the file that this is written in. `zoogate apply` reads it, and its text becomes part of the revision.',
      }),
    ),
    text: Type.Optional(
      Type.String({
        maxLength: NATIVE_BYTES_MAX,
        description: 'The text itself, in place of a file.',
      }),
    ),
    znode: Type.Optional(
      Type.String({
        maxLength: 1024,
        expects: 'the absolute path of a znode, such as "/haproxy"',
        problem: (path: string) => !ZNODE_PATH.test(path),
        description:
          'A znode of yours whose data is the text. Nodes follow it: whoever changes it rolls it out.',
      }),
    ),
    services: Type.Optional(
      Type.Array(nameField({ description: 'A Service.' }), {
        maxItems: 1000,
        description:
          'Services whose endpoints the text names, as `services["shop"].endpoints`. Default: none.',
      }),
    ),
  },
  {
    ...strict,
    description:
      "A configuration in the engine's own language, in place of listeners, routes and all that is made of them. One of `file`, `text` and `znode`. Has to be allowed by each host.",
  },
)
export type Native = Static<typeof NativeSchema>
