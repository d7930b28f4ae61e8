import type { Secret } from '../../model/view/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { gather } from './gather.ts'
import { isResourceName } from './grammar.ts'
import { userProblem } from './user-problem.ts'

/** What of a Secret cannot be a file's name, or a line of one. */
export function secretRefusals(secret: Secret): readonly EngineRefusal[] {
  return gather(`Secret/${secret.name}`, (refuse) => {
    if (!isResourceName(secret.name)) refuse(['secrets', 'name'], 'must be a resource’s name')
    if (secret.type !== 'Users') return
    secret.users.forEach((user, index) => {
      const problem = userProblem(user)
      if (problem !== undefined) refuse(['secrets', 'users', index], problem)
    })
  })
}
