import { isIP } from 'node:net'
import { Type } from 'typebox'
import type { FieldOptions } from './field-schemas.ts'

/** What resources say of a host's files and programs. Bounded as in field-schemas.ts. */

const FILE_PATH = '(/[A-Za-z0-9._+@-]+)+'
const WITH_DOTS = /\/\.{1,2}(\/|$)/
/** A unix socket's address holds no more (unix(7)). */
const SOCKET_PATH_BYTES_MAX = 107

export const folderField = (options: FieldOptions) =>
  Type.String({
    pattern: `^${FILE_PATH}$`,
    maxLength: 1024,
    expects:
      'an absolute path of a folder without "/" at its end, of letters, digits, / . _ + @ and -, without "/./" and "/../"',
    problem: (text: string) => WITH_DOTS.test(text),
    ...options,
  })

export const fileNameField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
    maxLength: 128,
    expects:
      'the name of a file, of letters, digits, . _ and -, beginning with a letter or a digit',
    ...options,
  })

/** `unix:/run/php/php-fpm.sock`, `127.0.0.1:9000`, `[::1]:9000` */
export const socketField = (options: FieldOptions) =>
  Type.String({
    pattern: `^(unix:${FILE_PATH}|[0-9.]+:[0-9]{1,5}|\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5})$`,
    maxLength: 'unix:'.length + SOCKET_PATH_BYTES_MAX,
    expects:
      '"unix:" and the absolute path of a socket (at most 107 characters), or an IP address and a port, such as "127.0.0.1:9000"',
    problem: isNoSocket,
    ...options,
  })

function isNoSocket(text: string): boolean {
  if (text.startsWith('unix:')) return WITH_DOTS.test(text)
  const colon = text.lastIndexOf(':')
  const port = Number(text.slice(colon + 1))
  const address = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  return isIP(address) === 0 || port < 1 || port > 65_535
}

/** A media type of RFC 9110, or all of one kind: `text/*`. */
export const mediaTypeField = (options: FieldOptions) =>
  Type.String({
    pattern: '^[a-z0-9][a-z0-9.+-]*/(\\*|[a-z0-9][a-z0-9.+-]*)$',
    maxLength: 127,
    expects:
      'a media type in lower case without parameters, such as "application/json" or "text/*"',
    ...options,
  })
