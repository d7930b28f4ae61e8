/** Transaction ids that are not a request's number (ClientCnxn.java). User requests count from 1 upwards. */
export const SpecialXid = {
  notification: -1,
  ping: -2,
  auth: -4,
  setWatches: -8,
} as const
