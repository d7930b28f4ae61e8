import { describe, expect, it } from 'vitest'
import { FakeScheduler } from '../../../../test/support/fake-scheduler.ts'
import type { HealthCheck, ProbeResult } from '../../src/health/health-check.ts'
import { HealthMonitor, type HealthReport } from '../../src/health/health-monitor.ts'

const check: HealthCheck = {
  probe: { type: 'tcp' },
  intervalMs: 2_000,
  timeoutMs: 1_000,
  rise: 2,
  fall: 3,
}
const target = { address: '192.0.2.1', port: 80 }

function monitored(initiallyPassing = true, random = 0) {
  const scheduler = new FakeScheduler()
  const reports: HealthReport[] = []
  const probedAtMs: number[] = []
  const answers = { passed: true, tookMs: 0 }
  const monitor = new HealthMonitor({
    onChange: (report) => reports.push(report),
    initiallyPassing,
    scheduler,
    random: () => random,
    probe: () => {
      probedAtMs.push(scheduler.nowMs())
      const { passed, tookMs } = answers
      const result: ProbeResult = { passed, detail: passed ? 'ok' : 'refused', latencyMs: tookMs }
      return new Promise((resolve) => scheduler.after(tookMs, () => resolve(result)))
    },
  })
  return { monitor, scheduler, reports, probedAtMs, answers }
}

describe('HealthMonitor', () => {
  it('takes an endpoint for its initial state until the first result', async () => {
    for (const initiallyPassing of [true, false]) {
      const { monitor, scheduler } = monitored(initiallyPassing, 0.5)
      monitor.add('a', target, check)
      await scheduler.advance(499)
      expect(monitor.report('a')).toMatchObject({ passing: initiallyPassing, checked: false })
      await scheduler.advance(1)
      expect(monitor.report('a')).toMatchObject({ passing: true, checked: true, detail: 'ok' })
    }
  })

  it('forgives a failure that this process held up, but not the second in a row', async () => {
    const { monitor, scheduler, answers } = monitored()
    monitor.add('a', target, { ...check, fall: 1 })
    await scheduler.advance(1)
    Object.assign(answers, { passed: false, tookMs: 1_101 })
    await scheduler.advance(2_000 + 1_101)
    expect(monitor.report('a')).toMatchObject({ passing: true })
    await scheduler.advance(2_000)
    expect(monitor.report('a')).toMatchObject({ passing: false })
  })

  it('reports the first result and then only changes', async () => {
    const { monitor, scheduler, reports, answers } = monitored()
    monitor.add('a', target, check)
    await scheduler.advance(10_000)
    answers.passed = false
    await scheduler.advance(5_999)
    expect(reports.map((report) => report.passing)).toEqual([true])
    await scheduler.advance(1)
    expect(reports.map((report) => report.passing)).toEqual([true, false])
    answers.passed = true
    await scheduler.advance(4_000)
    expect(reports.map((report) => report.passing)).toEqual([true, false, true])
  })

  it('counts the interval from start to start, and never probes twice at once', async () => {
    const { monitor, scheduler, probedAtMs, answers } = monitored()
    answers.tookMs = 500
    monitor.add('a', target, check)
    await scheduler.advance(2_500)
    answers.tookMs = 5_000
    await scheduler.advance(7_500)
    expect(probedAtMs).toEqual([0, 2_000, 4_000, 9_000])
  })

  it('asks often until the first pass, where that is wanted, and lets that one count', async () => {
    const scheduler = new FakeScheduler()
    const reports: HealthReport[] = []
    const askedAtMs: number[] = []
    let passed = false
    const monitor = new HealthMonitor({
      onChange: (report) => reports.push(report),
      initiallyPassing: false,
      startingIntervalMs: 100,
      scheduler,
      random: () => 0,
    })
    monitor.watch('a', check, async () => {
      askedAtMs.push(scheduler.nowMs())
      return { passed, detail: '', latencyMs: 0 }
    })
    await scheduler.advance(250)
    passed = true
    await scheduler.advance(100)
    expect(monitor.report('a')?.passing).toBe(true)
    passed = false
    await scheduler.advance(3_950)
    expect(askedAtMs).toEqual([0, 100, 200, 300, 2_300, 4_300])
    expect(monitor.report('a')?.passing).toBe(true)
    await scheduler.advance(2_000)
    expect(monitor.report('a')?.passing).toBe(false)
    // Once it has passed, `rise` counts again.
    passed = true
    await scheduler.advance(2_000)
    expect(monitor.report('a')?.passing).toBe(false)
    await scheduler.advance(2_000)
    expect(reports.map((report) => report.passing)).toEqual([false, true, false, true])
  })

  it('goes on undisturbed when the same is added again, and begins anew elsewhere', async () => {
    const { monitor, scheduler, reports, answers } = monitored()
    answers.passed = false
    monitor.add('a', target, check)
    await scheduler.advance(0)
    monitor.add('a', { ...target }, { ...check })
    expect(monitor.report('a')?.passing).toBe(false)
    monitor.add('a', { ...target, port: 81 }, check)
    expect(monitor.report('a')).toMatchObject({ passing: true, checked: false })
    await scheduler.advance(0)
    expect(reports).toHaveLength(2)
  })

  it('says and schedules nothing more of what was removed, a probe under way included', async () => {
    const { monitor, scheduler, reports, answers } = monitored()
    answers.tookMs = 500
    monitor.add('a', target, check)
    monitor.add('b', target, check)
    await scheduler.advance(100)
    monitor.remove('a')
    expect(monitor.reports().map((report) => report.id)).toEqual(['b'])
    monitor.close()
    await scheduler.advance(10_000)
    expect(reports).toEqual([])
    expect(scheduler.pending).toBe(0)
  })
})
