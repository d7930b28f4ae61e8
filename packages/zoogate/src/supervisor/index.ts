export { AttachedProcess } from './attached-process.ts'
export { SupervisedProcess } from './supervised-process.ts'
export { runSupervisor } from './supervisor.ts'
