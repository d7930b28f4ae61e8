import type { Access } from '../../../model/view/view.ts'
import type { RenderContext } from '../../engine.ts'
import { secretFiles } from '../../shared/secret-files.ts'
import { block, type Directive, directive } from './directive.ts'
import { generationFile } from './files.ts'
import type { SharedVariables } from './shared-variables.ts'

/**
 * Whom a route lets in by address. nginx's own `allow` and `deny` come after the rate limit, which a
 * stranger could use up for others; so these are answered before.
 */
export function refuseAddresses(
  access: Access | undefined,
  shared: SharedVariables,
): readonly Directive[] {
  if (access === undefined) return []
  const { allow, deny } = access
  const refuse = (...condition: string[]) =>
    block(['if', '(', ...condition, ')'], [directive('return', 403)])
  return [
    ...(deny.length === 0 ? [] : [refuse(shared.inNetworks(deny))]),
    ...(allow.length === 0 ? [] : [refuse(shared.inNetworks(allow), '=', '')]),
  ]
}

/** Asks for a user. nginx reads the file at each request, and hashes by crypt(3). */
export function askForUser(
  access: Access | undefined,
  shared: SharedVariables,
  context: RenderContext,
): readonly Directive[] {
  if (access?.basicAuth === undefined) return []
  const { realm, users } = access.basicAuth
  return [
    directive('auth_basic', shared.text(realm)),
    directive('auth_basic_user_file', generationFile(context, secretFiles.users(users))),
  ]
}
