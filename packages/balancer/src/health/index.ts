export {
  type CheckTiming,
  type HealthCheck,
  type ProbeResult,
  type ProbeTarget,
  ZOOKEEPER_SERVING,
} from './health-check.ts'
export { HealthMonitor, type HealthMonitorOptions, type HealthReport } from './health-monitor.ts'
export { type HealthState, initialHealth, nextHealth } from './health-state.ts'
export { type ProbeOptions, probe } from './probe.ts'
