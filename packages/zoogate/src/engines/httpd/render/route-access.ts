import { join } from 'node:path'
import type { RenderContext } from '../../engine.ts'
import { secretFiles } from '../../shared/secret-files.ts'
import { type Directive, directive, section } from './directive.ts'
import { carries, type RouteSettings } from './route-settings.ts'

/** Asks for a user, of those that carry the number. httpd hashes by crypt(3), or bcrypt of its own. */
export function askForUsers(
  { users }: RouteSettings,
  { paths, generation }: RenderContext,
): readonly Directive[] {
  // `current` may name another generation by then.
  const folder = join(paths.folder, 'generations', generation)
  return users
    .entries()
    .map(([number, { realm, users: secret }]) =>
      section('If', carries('users', number), [
        directive('AuthType', 'Basic'),
        directive('AuthName', expressionText(realm)),
        directive('AuthBasicProvider', 'file'),
        directive('AuthUserFile', join(folder, secretFiles.users(secret))),
        directive('Require', 'valid-user'),
      ]),
    )
}

/** Text where httpd expands an expression's variables. */
function expressionText(text: string): string {
  return text.replace(/[\\%$]/g, '\\$&')
}
