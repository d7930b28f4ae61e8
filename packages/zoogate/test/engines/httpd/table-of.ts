import type { TableMember } from '../../../src/engines/httpd/control/balancer-table.ts'
import { type MemberPool, membersOf } from '../../../src/engines/httpd/render/member.ts'
import type { Growth } from '../../../src/engines/httpd/render/slow-start.ts'

/** As httpd has it once it was given these. */
export function tableOf(pool: MemberPool, growth?: Growth): TableMember[] {
  return membersOf(pool, growth).map(({ url, place: _place, weight: _, ...member }) => {
    const { hostname, port } = new URL(url)
    return { ...member, url, address: hostname.replace(/[[\]]/g, ''), port: Number(port || 80) }
  })
}
