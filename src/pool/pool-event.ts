/** A change of a container that belongs into the log of the run. */
export interface PoolEvent {
  code:
    | 'CONTAINER_CREATED'
    | 'CONTAINER_STARTED'
    | 'CONTAINER_REPLACED'
    | 'CONTAINER_NAME_FREED'
    | 'LEFTOVERS_CLEARED'
    | 'LOCK_VALUE_FOREIGN';
  message: string;
}

/** Logs an event, passes it to the run, and notifies the page. */
export type ReportEvent = (event: PoolEvent) => Promise<void>;
