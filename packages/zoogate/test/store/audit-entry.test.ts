import { expect, it } from 'vitest'
import { auditDay, encodeAuditEntry } from '../../src/store/audit-entry.ts'

it('keeps a bounded number of names, and says how many more there were', () => {
  const subjects = Array.from({ length: 5000 }, (_, index) => `Service/s${index}`)
  const at = '2026-11-21T23:59:59.999Z'
  const data = encodeAuditEntry({ id: 'x', action: 'apply', subjects, by: 'me', at, revision: 2 })
  expect(JSON.parse(data.toString())).toMatchObject({ v: 1, action: 'apply', by: 'me', more: 4900 })
  expect(data.length).toBeLessThan(4096)
  expect(auditDay(at)).toBe('2026-11-21')
})
