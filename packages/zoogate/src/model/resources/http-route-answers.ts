import { Type } from 'typebox'
import { fileNameField, folderField, socketField } from './file-field-schemas.ts'
import { strict } from './resource-metadata.ts'
import { ROUTE_DEFAULTS } from './route-defaults.ts'

/** What answers in place of backendRefs, by the path behind the one that the match covers. */

export const StaticSchema = Type.Object(
  {
    root: folderField({ description: 'The folder of the files, on every node.' }),
    index: Type.Optional(
      Type.Array(fileNameField({ description: 'A file.' }), {
        maxItems: 16,
        description:
          'What is served where a folder is asked for, the first that is there; none: 404, never a listing.',
        default: ROUTE_DEFAULTS.staticIndex,
      }),
    ),
  },
  { ...strict, description: 'Serves files, by the path behind the prefix.' },
)

export const FastCgiSchema = Type.Object(
  {
    address: socketField({ description: 'Where the FastCGI server (php-fpm) listens.' }),
    root: folderField({
      description: 'The folder of the programs, as the FastCGI server sees it.',
    }),
    index: Type.Optional(
      fileNameField({
        description: 'Added to a path that ends in `/`.',
        default: ROUTE_DEFAULTS.fastcgiIndex,
      }),
    ),
  },
  { ...strict, description: 'Asks a FastCGI server, by the path behind the prefix.' },
)

export const CgiSchema = Type.Object(
  { root: folderField({ description: 'The folder of the programs, on every node.' }) },
  {
    ...strict,
    description:
      'Runs programs (RFC 3875), by the path behind the prefix; what follows the program is PATH_INFO.',
  },
)
